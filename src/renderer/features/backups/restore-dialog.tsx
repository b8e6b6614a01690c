import type { BackupJob, BackupPart } from "@local-mcp/contract";
import { useCallback, useId, useRef, useState } from "react";
import { client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { openDialog, type Source } from "../../stores/dialogs.ts";
import { confirmText } from "./backup-words.ts";
import { JobView } from "./job-view.tsx";
import { CancelJob } from "./job-progress.tsx";
import { OpeningView } from "./opening-view.tsx";
import { RestorePreviewView } from "./restore-preview.tsx";
import { SourceChoice } from "./source-choice.tsx";
import { useBackups, useJob } from "./use-backups.ts";
import { useHeadingFocus } from "./use-heading-focus.ts";
import { useOpening } from "./use-opening.ts";
import { useRestore } from "./use-restore.ts";

interface RestoreDialogProps {
  source: Source | undefined;
  onClose: () => void;
}

/**
 * Brings a backup back, in steps: which one, its passphrase, what it would do, and then how it goes.
 * Until the button “Replace with this backup” nothing is changed.
 */
export function RestoreDialog({ source, onClose }: RestoreDialogProps) {
  const { data } = useBackups();
  const [chosen, setChosen] = useState(source ?? null);
  return chosen === null ? (
    <SourceChoice
      backups={data?.backups ?? []}
      description="You see what is in it, and what would change, before anything is replaced."
      onChosen={setChosen}
      onClose={onClose}
    />
  ) : (
    <RestoreOf key={chosen.id} source={chosen} onClose={onClose} />
  );
}

interface RestoreOfProps {
  source: Source;
  onClose: () => void;
}

function RestoreOf({ source: { id, name }, onClose }: RestoreOfProps) {
  const form = useId();
  const preview = useCallback(
    (passphrase: string | undefined) => client.backups.preview({ backup: id, passphrase }),
    [id],
  );
  const { at, attempt, forget } = useOpening(preview);
  const current = useJob();
  const { job, error, isAsking, begin } = useRestore();
  const [parts, setParts] = useState<BackupPart[]>([]);
  const content = useRef<HTMLDivElement>(null);
  const step = job?.state ?? at.step;
  useHeadingFocus(content, step);

  const replace = (): void => {
    if (at.step !== "open") return;
    const { passphrase, result } = at;
    void begin(async () => {
      const begun = await client.backups.restore({
        backup: id,
        passphrase,
        digest: result.digest,
        parts,
      });
      forget();
      return begun;
    });
  };

  return (
    <Dialog
      open
      staysOpen
      width="wide"
      onClose={onClose}
      title="Restore from a backup"
      // Above what scrolls, so that nobody answers what they have not seen.
      description={
        job === null && at.step === "open" ? (
          <span className="block text-pretty text-text">
            {confirmText(at.result.contents.createdAt)}
          </span>
        ) : null
      }
      footer={
        job ? (
          <RestoreButtons job={job} onClose={onClose} />
        ) : (
          <>
            <Button onClick={onClose}>{at.step === "failed" ? "Close" : "Cancel"}</Button>
            {at.step === "asking" ? (
              <Button kind="primary" type="submit" form={form}>
                Open backup
              </Button>
            ) : null}
            {at.step === "open" ? (
              <Button kind="danger" disabled={isAsking} onClick={replace}>
                Replace with this backup
              </Button>
            ) : null}
          </>
        )
      }
    >
      <div ref={content} className="space-y-3">
        {job ? (
          <JobView job={job} />
        ) : at.step === "open" ? (
          <RestorePreviewView preview={at.result} parts={parts} onParts={setParts} />
        ) : (
          <OpeningView
            at={at}
            job={current}
            form={form}
            name={name}
            failure="This backup cannot be restored."
            onGiven={(given) => void attempt(given)}
          />
        )}
        {error === null ? null : <ProblemView what="Nothing was restored." error={error} />}
      </div>
    </Dialog>
  );
}

function RestoreButtons({ job, onClose }: { job: BackupJob; onClose: () => void }) {
  if (job.state === "running") {
    return (
      <>
        <Button onClick={onClose}>Hide</Button>
        <CancelJob job={job} />
      </>
    );
  }
  return (
    <>
      {job.state === "done" && job.kind === "restore" ? (
        <Button onClick={() => openDialog({ type: "undo_restore" })}>Undo restore…</Button>
      ) : null}
      <Button kind="primary" onClick={onClose}>
        Close
      </Button>
    </>
  );
}
