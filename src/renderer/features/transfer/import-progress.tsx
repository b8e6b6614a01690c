import type { ImportJob } from "@local-mcp/contract";
import { useId } from "react";
import { Button } from "../../components/button.tsx";
import { ProgressBar } from "../../components/progress-bar.tsx";
import { phaseText } from "./transfer-words.ts";
import { cancelImport } from "./use-imports.ts";

/** How far an import is. What is spoken is the phase, not each entity. */
export function ImportProgress({ job }: { job: ImportJob }) {
  const label = useId();
  const { total } = job.counts;
  const isCounted = total > 0 && job.processed > 0;
  return (
    <div className="space-y-2">
      <p id={label} role="status">
        {phaseText(job)}
      </p>
      <ProgressBar label={label} percent={isCounted ? (100 * job.processed) / total : null} />
      <p className="text-text-2">
        {isCounted
          ? `${job.processed.toLocaleString()} of ${total.toLocaleString()} entries. `
          : null}
        {job.cancellable
          ? "Nothing has been changed yet."
          : "It cannot be cancelled any more. It can be undone afterwards."}
      </p>
    </div>
  );
}

/** Ends it as long as nothing was written; afterwards there is no such button. */
export function CancelImport({ job }: { job: ImportJob }) {
  if (!job.cancellable) return null;
  return <Button onClick={() => void cancelImport(job.id)}>Cancel import</Button>;
}
