import { useRef } from "react";
import { client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { dayTime } from "./backup-words.ts";
import { JobView } from "./job-view.tsx";
import { CancelJob } from "./job-progress.tsx";
import { useBackups } from "./use-backups.ts";
import { useHeadingFocus } from "./use-heading-focus.ts";
import { useRestore } from "./use-restore.ts";

/** Brings back what was there before the last restore, after a question. */
export function UndoRestoreDialog({ onClose }: { onClose: () => void }) {
  const { data } = useBackups();
  const { job, error, isAsking, begin } = useRestore();
  const content = useRef<HTMLDivElement>(null);
  useHeadingFocus(content, job?.state ?? "asking");
  const undo = data?.undo;
  return (
    <Dialog
      open
      staysOpen={job !== null}
      onClose={onClose}
      title="Undo the restore?"
      footer={
        job === null ? (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              kind="danger"
              disabled={isAsking || !undo}
              onClick={() => void begin(() => client.backups.undo())}
            >
              Undo restore
            </Button>
          </>
        ) : (
          <>
            <Button onClick={onClose}>{job.state === "running" ? "Hide" : "Close"}</Button>
            <CancelJob job={job} />
          </>
        )
      }
    >
      <div ref={content} className="space-y-3">
        {job === null ? (
          undo ? (
            <p>
              “<UntrustedText text={undo.from} />” was restored {dayTime(undo.restoredAt)}. What was
              there before replaces everything; what was changed since goes away.
            </p>
          ) : (
            <p>There is no restore to undo.</p>
          )
        ) : (
          <JobView job={job} />
        )}
        {error === null ? null : <ProblemView what="Nothing was undone." error={error} />}
      </div>
    </Dialog>
  );
}
