import type { BackupJob } from "@local-mcp/contract";
import { useId } from "react";
import { Button } from "../../components/button.tsx";
import { holdText, jobTitle, phaseText } from "./backup-words.ts";
import { cancelJob } from "./use-backups.ts";

/** How far a backup or restore is. What is spoken is the phase, not each percent. */
export function JobProgress({ job }: { job: BackupJob }) {
  const label = useId();
  const hold = holdText(job);
  const percent = job.progress === null ? null : Math.round(job.progress * 100);
  return (
    <div className="space-y-2">
      <p id={label} role="status">
        {phaseText(job)}
      </p>
      <div
        role="progressbar"
        aria-labelledby={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent ?? undefined}
        className="h-1.5 overflow-hidden rounded-full bg-sunken"
      >
        <div
          className={`h-full bg-accent ${percent === null ? "w-1/3 animate-pulse" : ""}`}
          style={percent === null ? undefined : { width: `${percent}%` }}
        />
      </div>
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
