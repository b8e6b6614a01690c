import type { ProfileView, ServerView } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { count } from "../../components/time.ts";
import { openDialog } from "../../stores/dialogs.ts";
import { pageHeading } from "./focus.ts";
import { keepProfile } from "./profile-data.ts";
import { ServerChoice } from "./server-choice.tsx";

interface AddServersDialogProps {
  profile: ProfileView;
  /** Those it does not have. */
  servers: readonly ServerView[];
  onClose: () => void;
}

/** Lets servers that are configured already join a profile, at its end. */
export function AddServersDialog({ profile, servers, onClose }: AddServersDialogProps) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const names = servers.map(({ name }) => name).filter((name) => chosen.has(name));
  /** Whether what opened the dialog went away with the first server. */
  const isFirst = useRef(false);
  const add = useMutation(api.profiles.update.mutationOptions());
  const onAdded = (view: ProfileView): void => {
    isFirst.current = profile.servers.length === 0;
    keepProfile(view);
    announce(`${count(names.length, "server")} added to “${profile.name}”.`);
    onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Add servers to “${profile.name}”`}
      returnFocusTo={() => (isFirst.current ? pageHeading() : null)}
      footer={
        <>
          <Button
            kind="quiet"
            className="mr-auto"
            onClick={() => {
              onClose();
              openDialog({ type: "add_server", profile: profile.slug });
            }}
          >
            New server…
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            disabled={names.length === 0 || add.isPending}
            onClick={() =>
              add.mutate(
                {
                  profile: profile.id,
                  changes: { servers: [...profile.servers.map(({ name }) => name), ...names] },
                },
                { onSuccess: onAdded },
              )
            }
          >
            {names.length === 0 ? "Add servers" : `Add ${count(names.length, "server")}`}
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        <ServerChoice servers={servers} chosen={chosen} onChange={setChosen} />
        {add.error ? <ProblemView what="No server was added." error={add.error} /> : null}
      </div>
    </Dialog>
  );
}
