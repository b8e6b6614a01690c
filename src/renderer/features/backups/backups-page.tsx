import { DatabaseBackup, Undo2 } from "lucide-react";
import { backUpNow, useBackUpFailure } from "../../app/back-up.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Menu } from "../../components/menu.tsx";
import { Page, Panel, Row } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { clockTime } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { openDialog } from "../../stores/dialogs.ts";
import { BackupTable } from "./backup-table.tsx";
import { dayTime, jobTitle } from "./backup-words.ts";
import { CancelJob, JobProgress } from "./job-progress.tsx";
import { StatusPanel } from "./status-panel.tsx";
import { useBackups, useJob } from "./use-backups.ts";

/** Whether there is a good backup, all that there are, and the ways to make and restore one. */
export function BackupsPage() {
  const { data, error, refetch } = useBackups();
  const job = useJob();
  const failure = useBackUpFailure((state) => state.error);
  const isRunning = job?.state === "running";
  const isKept = data?.schedule.passphrase.set === true;
  return (
    <Page
      title="Backups"
      actions={
        <>
          <Button onClick={() => openDialog({ type: "restore" })}>Restore from a file…</Button>
          <Button
            kind="primary"
            disabled={isRunning || data === undefined}
            onClick={() => void backUpNow()}
          >
            {isKept ? "Back up now" : "Back up now…"}
          </Button>
          {isKept ? (
            <Menu
              label="More ways to back up"
              entries={[
                { label: "Back up with options…", run: () => openDialog({ type: "back_up" }) },
              ]}
            />
          ) : null}
        </>
      }
    >
      {/* While everything is replaced there is nothing to read. */}
      {error && !isRunning ? (
        <ProblemView
          what="The backups could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : null}
      {failure === null ? null : <ProblemView what="No backup was made." error={failure} />}
      {data ? <StatusPanel view={data} /> : error ? null : <SkeletonRows label="Reading backups" />}
      {isRunning ? (
        <Panel>
          <div className="flex items-start gap-3 p-3">
            <div className="min-w-0 flex-1 space-y-1">
              <h2 className="font-medium">{jobTitle(job)}</h2>
              <JobProgress job={job} />
            </div>
            <CancelJob job={job} />
          </div>
        </Panel>
      ) : null}
      {data?.undo ? (
        <Panel>
          <Row
            icon={
              <Undo2 aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-text-2" />
            }
            title={
              <>
                Restored {dayTime(data.undo.restoredAt)} from{" "}
                <UntrustedText text={data.undo.from} />
              </>
            }
            detail={`What was there before can be brought back until ${clockTime(data.undo.until)}.`}
            actions={
              <Button
                size="toolbar"
                disabled={isRunning}
                onClick={() => openDialog({ type: "undo_restore" })}
              >
                Undo restore…
              </Button>
            }
          />
        </Panel>
      ) : null}
      {data === undefined ? null : data.backups.length > 0 ? (
        <BackupTable backups={data.backups} isBusy={isRunning} />
      ) : (
        <EmptyState icon={DatabaseBackup}>
          A backup is one encrypted file with everything: servers, profiles, access tokens, sign-ins
          and secrets. It restores here and on another computer.
        </EmptyState>
      )}
    </Page>
  );
}
