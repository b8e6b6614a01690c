import { type SubmitEvent, useId, useState } from "react";
import { announce } from "../../app/announce.ts";
import { client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { NewPassphrase, NOTHING_TYPED, wrongWith } from "./new-passphrase.tsx";
import { RecoverySheetDialog } from "./recovery-sheet-dialog.tsx";
import { readBackups } from "./use-backups.ts";

/** Keeps a passphrase for automatic backups: one that is made, or one that somebody has. */
export function KeepPassphraseDialog({ onClose }: { onClose: () => void }) {
  const form = useId();
  const [typed, setTyped] = useState(NOTHING_TYPED);
  const [problem, setProblem] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const [made, setMade] = useState<string | null>(null);

  const keep = async (passphrase?: string): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const sheet = await client.backups.keepPassphrase({ passphrase });
      readBackups();
      announce("The passphrase for automatic backups is kept.");
      if (sheet.passphrase === null) onClose();
      else setMade(sheet.passphrase);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const wrong = wrongWith(typed);
    setProblem(wrong);
    if (wrong === null) void keep(typed.text);
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
          <Button type="submit" form={form} disabled={isBusy || typed.text === ""}>
            Keep this one
          </Button>
          <Button kind="primary" disabled={isBusy} onClick={() => void keep()}>
            Make one for me…
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-3">
        <NewPassphrase typed={typed} onTyped={setTyped} problem={problem} />
        {error === null ? null : <ProblemView what="No passphrase was kept." error={error} />}
      </form>
    </Dialog>
  );
}
