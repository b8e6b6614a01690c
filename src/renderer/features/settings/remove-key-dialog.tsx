import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { announce } from "../../app/announce.ts";
import { api, queryClient } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import type { Slot } from "./vault-words.ts";

interface RemoveKeyDialogProps {
  slot: Slot;
  onClose: () => void;
  onRemoved: () => void;
  /** Where the focus goes once the key is gone. */
  focusAfter: () => HTMLElement | null;
}

/** Asks before a key stops opening the vault. */
export function RemoveKeyDialog({ slot, onClose, onRemoved, focusAfter }: RemoveKeyDialogProps) {
  const isGone = useRef(false);
  const remove = useMutation(api.vault.removeSlot.mutationOptions());
  const removeKey = (): void =>
    remove.mutate(
      { slot: slot.id },
      {
        onSuccess: (status) => {
          queryClient.setQueryData(api.vault.status.queryKey(), status);
          isGone.current = true;
          announce(`${slot.label} removed.`);
          onRemoved();
        },
      },
    );
  return (
    <Dialog
      open
      onClose={onClose}
      returnFocusTo={() => (isGone.current ? focusAfter() : null)}
      title={
        <>
          Remove “<UntrustedText text={slot.label} />
          ”?
        </>
      }
      description="It no longer opens the vault. The secrets stay, and the other keys open them."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="danger"
            disabled={remove.isPending}
            onClick={removeKey}
            onKeyDown={(event) => {
              // A dialog that is confirmed unread takes nothing away.
              if (event.key === "Enter") event.preventDefault();
            }}
          >
            Remove key
          </Button>
        </>
      }
    >
      {remove.error ? (
        <p role="alert" className="text-err">
          {problemLine(remove.error)}
        </p>
      ) : null}
    </Dialog>
  );
}
