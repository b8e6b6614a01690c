import type { BackupJob } from "@local-mcp/contract";
import { ProblemView } from "../../components/problem-view.tsx";
import { JobProgress } from "./job-progress.tsx";
import { PassphraseForm } from "./passphrase-form.tsx";
import type { ToOpen } from "./use-opening.ts";

interface OpeningViewProps {
  at: ToOpen;
  /** The last one that the gateway tells of. */
  job: BackupJob | null;
  /** Of the form, for the button that sends it. */
  form: string;
  /** Name of the file that is opened. */
  name: string;
  /** Said where it cannot be opened. */
  failure: string;
  onGiven: (passphrase: string) => void;
}

/** What is seen of a backup before it is open. */
export function OpeningView({ at, job, form, name, failure, onGiven }: OpeningViewProps) {
  if (at.step === "failed") return <ProblemView what={failure} error={at.error} />;
  if (at.step === "asking")
    return <PassphraseForm id={form} name={name} problem={at.problem} onGiven={onGiven} />;
  return job?.state === "running" ? (
    <JobProgress job={job} />
  ) : (
    <p role="status">Opening the backup…</p>
  );
}
