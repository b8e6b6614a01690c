import { useQuery } from "@tanstack/react-query";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ConnectClient } from "./connect-client.tsx";

interface ConnectClientDialogProps {
  /** Slug; without one the client follows the active profile. */
  profile?: string;
  onClose: () => void;
}

export function ConnectClientDialog({ profile, onClose }: ConnectClientDialogProps) {
  const { data: profiles } = useQuery(api.profiles.list.queryOptions());
  const own = profiles?.find(({ slug }) => slug === profile);
  const active = profiles?.find((one) => one.active);
  const description = own
    ? `It will use the profile “${own.name}”.`
    : active
      ? `It will follow the active profile, now “${active.name}”.`
      : "It will follow the active profile. None is active yet.";
  return (
    <Dialog
      open
      onClose={onClose}
      width="wide"
      staysOpen
      title="Connect a client"
      description={profiles ? description : undefined}
      footer={<Button onClick={onClose}>Close</Button>}
    >
      <ConnectClient profile={profile} />
    </Dialog>
  );
}
