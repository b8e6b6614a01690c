import type { BackupView } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { dayTime } from "./backup-words.ts";
import { readBackups, useBackups } from "./use-backups.ts";

interface DeleteBackupDialogProps {
  backup: BackupView;
  onClose: () => void;
  /** Called while its row is still there, so that the row beside it can be found. */
  onDeleting: () => void;
  /** Where the focus goes once it is gone. */
  focusAfter: () => HTMLElement | null;
}

/** A backup that is deleted is gone. */
export function DeleteBackupDialog({
  backup,
  onClose,
  onDeleting,
  focusAfter,
}: DeleteBackupDialogProps) {
  const { data } = useBackups();
  const isDeleted = useRef(false);
  const remove = useMutation(
    api.backups.remove.mutationOptions({
      onSuccess: () => {
        isDeleted.current = true;
        announce("The backup was deleted.");
        readBackups();
        onClose();
      },
    }),
  );
  const others = data?.backups.filter(({ id, state }) => id !== backup.id && state === "verified");
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete the backup of ${dayTime(backup.createdAt)}?`}
      returnFocusTo={() => (isDeleted.current ? focusAfter() : null)}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="danger"
            disabled={remove.isPending}
            onClick={() => {
              onDeleting();
              remove.mutate({ backup: backup.id });
            }}
          >
            Delete backup
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        <p>
          The file <UntrustedText text={backup.name} /> is gone then.
        </p>
        {others?.length === 0 ? <p className="text-warn">There is no other good backup.</p> : null}
        {remove.error ? (
          <ProblemView what="The backup was not deleted." error={remove.error} />
        ) : null}
      </div>
    </Dialog>
  );
}
