import { type SubmitEvent, useId, useState } from "react";
import { announce } from "../../app/announce.ts";
import { client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { useAttempt } from "../../components/use-attempt.ts";
import { NewPassphrase, useNewPassphrase } from "./new-passphrase.tsx";
import { RecoverySheetDialog } from "./recovery-sheet-dialog.tsx";
import { readBackups } from "./use-backups.ts";

/** Keeps a passphrase for automatic backups: one that is made, or one that somebody has. */
export function KeepPassphraseDialog({ onClose }: { onClose: () => void }) {
  const form = useId();
  const { field, take } = useNewPassphrase();
  const { isBusy, error, attempt } = useAttempt();
  const [made, setMade] = useState<string | null>(null);

  const keep = (given?: string): void =>
    void attempt(async () => {
      const { passphrase } = await client.backups.keepPassphrase({ passphrase: given });
      readBackups();
      announce("The passphrase for automatic backups is kept.");
      if (passphrase === null) onClose();
      else setMade(passphrase);
    });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const passphrase = take();
    if (passphrase !== null) keep(passphrase);
  };

  if (made !== null) return <RecoverySheetDialog passphrase={made} onClose={onClose} />;
  return (
    <Dialog
      open
      onClose={onClose}
      title="Passphrase for automatic backups"
      description="It is kept in the vault, so that backups are made while you are away. To restore one elsewhere you need it too."
      startsIn="field"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} disabled={isBusy || field.typed.text === ""}>
            Keep this one
          </Button>
          <Button kind="primary" disabled={isBusy} onClick={() => keep()}>
            Make one for me…
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-3">
        <NewPassphrase {...field} />
        {error === null ? null : <ProblemView what="No passphrase was kept." error={error} />}
      </form>
    </Dialog>
  );
}
