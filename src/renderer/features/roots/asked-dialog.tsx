import type { RootView } from "@local-mcp/contract";
import { DeleteRootDialog } from "./delete-root-dialog.tsx";
import { RootDialog } from "./root-dialog.tsx";

/** What was asked for in a list of roots. */
export type Asked = { what: "add" } | { what: "edit" | "delete"; root: RootView };

interface AskedDialogProps {
  asked: Asked | null;
  /** Slug of the profile that gets a new one. */
  profile?: string;
  onClose: () => void;
}

/** The dialog for it. */
export function AskedDialog({ asked, profile, onClose }: AskedDialogProps) {
  switch (asked?.what) {
    case "add":
      return <RootDialog root={null} profile={profile} onClose={onClose} />;
    case "edit":
      return <RootDialog root={asked.root} onClose={onClose} />;
    case "delete":
      return <DeleteRootDialog root={asked.root} onClose={onClose} />;
    default:
      return null;
  }
}
