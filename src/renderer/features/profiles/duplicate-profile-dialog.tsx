import type { ProfileView } from "@local-mcp/contract";
import { client } from "../../app/api.ts";
import { ProfileFormDialog } from "./profile-form-dialog.tsx";

interface DuplicateProfileDialogProps {
  profile: ProfileView;
  /** Slugs that are used. */
  taken: readonly string[];
  onClose: () => void;
}

/** Copies a profile under another name and opens the copy. */
export function DuplicateProfileDialog({ profile, taken, onClose }: DuplicateProfileDialogProps) {
  return (
    <ProfileFormDialog
      title={`Duplicate “${profile.name}”`}
      description="The copy has the same servers and choices, and no access tokens of its own."
      action="Duplicate profile"
      name={`${profile.name} copy`}
      taken={taken}
      create={({ name, slug }) => client.profiles.duplicate({ profile: profile.id, name, slug })}
      onClose={onClose}
    />
  );
}
