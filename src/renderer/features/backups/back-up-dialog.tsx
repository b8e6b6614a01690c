import { type BackupCreate, type BackupPart, backupPart } from "@local-mcp/contract";
import { type SubmitEvent, useId, useState } from "react";
import { announce } from "../../app/announce.ts";
import { client } from "../../app/api.ts";
import { navigate, routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Checkbox } from "../../components/choice.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { useAttempt } from "../../components/use-attempt.ts";
import { CancelJob, JobProgress } from "./job-progress.tsx";
import { NewPassphrase, useNewPassphrase } from "./new-passphrase.tsx";
import { PartChoice } from "./part-choice.tsx";
import { RecoverySheetDialog } from "./recovery-sheet-dialog.tsx";
import { askAfterJob, useBackups, useJob } from "./use-backups.ts";

/** Makes a backup, with a passphrase where none is kept, and with what else is wanted in it. */
export function BackUpDialog({ onClose }: { onClose: () => void }) {
  const form = useId();
  const { data } = useBackups();
  const current = useJob();
  const { field, take } = useNewPassphrase();
  const [isToKeep, setToKeep] = useState(true);
  const [parts, setParts] = useState<BackupPart[]>([]);
  const [isPlain, setPlain] = useState(false);
  const { isBusy, error, attempt } = useAttempt();
  /** A passphrase that was made here, until somebody has it. */
  const [made, setMade] = useState<string | null>(null);
  const isKept = data?.schedule.passphrase.set === true;
  const needsPassphrase = !isKept && !isPlain;

  const create = async (input: Pick<BackupCreate, "passphrase">): Promise<void> => {
    const answer = client.backups.create({ ...input, parts, unencrypted: isPlain });
    askAfterJob();
    await answer;
    announce("Backup made and verified.");
    navigate(routeTo("backups"));
    onClose();
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!needsPassphrase) {
      void attempt(() => create({}));
      return;
    }
    const passphrase = take();
    if (passphrase === null) return;
    void attempt(async () => {
      if (!isToKeep) return create({ passphrase });
      await client.backups.keepPassphrase({ passphrase });
      return create({});
    });
  };
  const makeOne = (): void =>
    void attempt(async () => {
      const { passphrase } = await client.backups.keepPassphrase({});
      setMade(passphrase);
    });

  if (made !== null) {
    return (
      <RecoverySheetDialog
        passphrase={made}
        onClose={() => {
          setMade(null);
          void attempt(() => create({}));
        }}
      />
    );
  }
  const isMaking = isBusy && current?.kind === "create" && current.state === "running";
  return (
    <Dialog
      open
      onClose={onClose}
      title="Back up now"
      description="One file with everything: servers, profiles, access tokens, sign-ins and secrets."
      startsIn="field"
      footer={
        isMaking ? (
          <>
            <Button onClick={onClose}>Hide</Button>
            <CancelJob job={current} />
          </>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            {needsPassphrase ? (
              <Button disabled={isBusy} onClick={makeOne}>
                Make one for me…
              </Button>
            ) : null}
            <Button kind="primary" type="submit" form={form} disabled={isBusy || !data}>
              Back up now
            </Button>
          </>
        )
      }
    >
      {isMaking ? (
        <JobProgress job={current} />
      ) : (
        <form id={form} onSubmit={submit} className="space-y-3">
          {isKept && !isPlain ? (
            <p>It is encrypted with the passphrase that is kept for automatic backups.</p>
          ) : null}
          {needsPassphrase ? (
            <>
              <NewPassphrase {...field} />
              <Checkbox
                label="Keep it in the vault for automatic backups"
                checked={isToKeep}
                onChange={setToKeep}
              />
            </>
          ) : null}
          <PartChoice
            legend="Also put into it"
            parts={backupPart.options}
            chosen={parts}
            onChosen={setParts}
          />
          <details open={isPlain}>
            <summary className="font-medium">Without encryption</summary>
            <Checkbox
              label="Make a plain file that holds no secret"
              checked={isPlain}
              onChange={setPlain}
            />
            <p className="text-meta text-text-2">
              Everybody who has the file can read the configuration. After a restore you sign in and
              type secrets anew.
            </p>
          </details>
          {error === null ? null : <ProblemView what="No backup was made." error={error} />}
        </form>
      )}
    </Dialog>
  );
}
