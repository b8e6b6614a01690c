import { FORGET_SECRETS } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { announce } from "../../app/announce.ts";
import { api, queryClient } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { count } from "../../components/time.ts";

interface ForgetSecretsDialogProps {
  secrets: number;
  onClose: () => void;
  /** Where the focus goes once they are forgotten. */
  focusAfter: () => HTMLElement | null;
}

/** The way out when every key is lost: asks before what nobody can read is given up for good. */
export function ForgetSecretsDialog({ secrets, onClose, focusAfter }: ForgetSecretsDialogProps) {
  const isDone = useRef(false);
  const reset = useMutation(api.vault.reset.mutationOptions());
  const forget = (): void =>
    reset.mutate(
      { confirm: FORGET_SECRETS },
      {
        onSuccess: (status) => {
          queryClient.setQueryData(api.vault.status.queryKey(), status);
          isDone.current = true;
          announce("The unreadable secrets were forgotten.");
          onClose();
        },
      },
    );
  return (
    <Dialog
      open
      onClose={onClose}
      returnFocusTo={() => (isDone.current ? focusAfter() : null)}
      title="Forget the unreadable secrets?"
      description="This cannot be undone, not even where a key turns up later."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="danger"
            disabled={reset.isPending}
            onClick={forget}
            onKeyDown={(event) => {
              // A dialog that is confirmed unread takes nothing away.
              if (event.key === "Enter") event.preventDefault();
            }}
          >
            Forget {count(secrets, "secret")}
          </Button>
        </>
      }
    >
      <div className="space-y-2">
        <p>
          Servers, profiles, access tokens and everything else stay. Servers that need a secret wait
          until you enter it again.
        </p>
        {reset.error ? <ProblemView what="Nothing was forgotten." error={reset.error} /> : null}
      </div>
    </Dialog>
  );
}
