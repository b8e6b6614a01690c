import type { ServerView } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { count, listed } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";

interface DeleteServerDialogProps {
  server: ServerView;
  onClose: () => void;
  onDeleted: () => void;
}

/** Asks before a server goes, and says what goes with it. */
export function DeleteServerDialog({ server, onClose, onDeleted }: DeleteServerDialogProps) {
  const { title, profiles, counts } = server;
  const remove = useMutation(
    api.servers.remove.mutationOptions({
      onSuccess: () => {
        announce(`${title} was deleted.`);
        onDeleted();
      },
    }),
  );
  return (
    <Dialog
      open
      onClose={onClose}
      title={
        <>
          Delete “<UntrustedText text={title} />
          ”?
        </>
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="danger"
            disabled={remove.isPending}
            onClick={() => remove.mutate({ server: server.id })}
          >
            <span>
              Delete <UntrustedText text={title} />
            </span>
          </Button>
        </>
      }
    >
      <div className="space-y-2">
        {profiles.length > 0 ? (
          <p>
            It leaves {listed(profiles)}; clients there lose {count(counts.tools, "tool")}.
          </p>
        ) : (
          <p>It is in no profile, so no client loses anything.</p>
        )}
        <p>Its configuration and the secrets stored for it are deleted.</p>
        {remove.error ? (
          <p role="alert" className="text-err">
            {problemLine(remove.error)}
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}
