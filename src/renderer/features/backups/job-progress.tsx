import type { BackupJob } from "@local-mcp/contract";
import { useId } from "react";
import { Button } from "../../components/button.tsx";
import { ProgressBar } from "../../components/progress-bar.tsx";
import { holdText, jobTitle, phaseText } from "./backup-words.ts";
import { cancelJob } from "./use-backups.ts";

/** How far a backup or restore is. What is spoken is the phase, not each percent. */
export function JobProgress({ job }: { job: BackupJob }) {
  const label = useId();
  const hold = holdText(job);
  return (
    <div className="space-y-2">
      <p id={label} role="status">
        {phaseText(job)}
      </p>
      <ProgressBar label={label} percent={job.progress === null ? null : 100 * job.progress} />
      {hold ? <p className="text-text-2">{hold}</p> : null}
    </div>
  );
}

/** Ends it as long as nothing was replaced; afterwards there is no such button. */
export function CancelJob({ job }: { job: BackupJob }) {
  if (!job.cancellable) return null;
  return (
    <Button aria-label={`Cancel: ${jobTitle(job)}`} onClick={() => void cancelJob()}>
      Cancel
    </Button>
  );
}
