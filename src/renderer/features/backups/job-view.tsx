import type { BackupJob } from "@local-mcp/contract";
import { Banner } from "../../components/banner.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { JobProgress } from "./job-progress.tsx";

/** How a restore, or the undoing of one, goes and went. */
export function JobView({ job }: { job: BackupJob }) {
  const { state, kind, problem, notes } = job;
  if (state === "running") return <JobProgress job={job} />;
  if (state === "failed" && problem) {
    return (
      <div role="alert">
        <Banner level="err" title={<UntrustedText text={problem.message} />}>
          {problem.wayOut === "" ? null : <p>{problem.wayOut}</p>}
        </Banner>
      </div>
    );
  }
  if (state === "cancelled") return <p role="status">It was cancelled. Your data is unchanged.</p>;
  return (
    <div role="status" className="space-y-2">
      <p>
        {kind === "undo" ? "What was there before is back." : "Restored."} Clients reconnect by
        themselves.
      </p>
      {notes.length > 0 ? (
        <ul className="list-disc pl-5 text-text-2">
          {notes.map((note) => (
            <li key={note}>
              <UntrustedText text={note} />
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
