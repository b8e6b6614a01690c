import {
  BACKUP_PART_WORDS,
  type BackupCreate,
  type BackupPart,
  backupPart,
} from "@local-mcp/contract";
import { type SubmitEvent, useId, useState } from "react";
import { announce } from "../../app/announce.ts";
import { client } from "../../app/api.ts";
import { navigate, routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Checkbox } from "../../components/choice.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { CancelJob, JobProgress } from "./job-progress.tsx";
import { NewPassphrase, NOTHING_TYPED, wrongWith } from "./new-passphrase.tsx";
import { RecoverySheetDialog } from "./recovery-sheet-dialog.tsx";
import { askAfterJob, useBackups, useJob } from "./use-backups.ts";

/** Makes a backup, with a passphrase where none is kept, and with what else is wanted in it. */
export function BackUpDialog({ onClose }: { onClose: () => void }) {
  const form = useId();
  const { data } = useBackups();
  const current = useJob();
  const [typed, setTyped] = useState(NOTHING_TYPED);
  const [isToKeep, setToKeep] = useState(true);
  const [parts, setParts] = useState<BackupPart[]>([]);
  const [isPlain, setPlain] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  /** A passphrase that was made here, until somebody has it. */
  const [made, setMade] = useState<string | null>(null);
  const isKept = data?.schedule.passphrase.set === true;
  const needsPassphrase = !isKept && !isPlain;

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
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
    const wrong = needsPassphrase ? wrongWith(typed) : null;
    setProblem(wrong);
    if (wrong !== null) return;
    void attempt(async () => {
      if (!needsPassphrase) return create({});
      if (!isToKeep) return create({ passphrase: typed.text });
      await client.backups.keepPassphrase({ passphrase: typed.text });
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
              <NewPassphrase typed={typed} onTyped={setTyped} problem={problem} />
              <Checkbox
                label="Keep it in the vault for automatic backups"
                checked={isToKeep}
                onChange={setToKeep}
              />
            </>
          ) : null}
          <fieldset>
            <legend className="font-medium">Also put into it</legend>
            <div className="flex flex-wrap gap-x-4">
              {backupPart.options.map((part) => (
                <Checkbox
                  key={part}
                  label={BACKUP_PART_WORDS[part]}
                  checked={parts.includes(part)}
                  onChange={(wanted) =>
                    setParts(wanted ? [...parts, part] : parts.filter((one) => one !== part))
                  }
                />
              ))}
            </div>
          </fieldset>
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
