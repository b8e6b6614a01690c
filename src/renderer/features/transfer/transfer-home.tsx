import type { ImportJob } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { CircleCheck, CircleDashed, CircleX, FileInput, FileOutput } from "lucide-react";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { shortcutText } from "../../app/keys.ts";
import { navigate, routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Page, Panel, Row, Section } from "../../components/page.tsx";
import { problemLine, ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { ago, count } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { CancelImport, ImportProgress } from "./import-progress.tsx";
import { jobText } from "./transfer-words.ts";
import { UndoImport } from "./undo-import.tsx";
import { readImports, useImports } from "./use-imports.ts";

const ICON = { "aria-hidden": true, size: 16, strokeWidth: 1.75 } as const;

/** Both ways a configuration goes, and what was imported before. */
export function TransferHome() {
  const { data: jobs, error, refetch } = useImports();
  const running = jobs?.find(({ state }) => state === "running");
  const earlier = jobs?.filter(({ state }) => state !== "running") ?? [];
  return (
    <Page title="Import & export">
      <Panel>
        <Row
          icon={<FileInput {...ICON} className="shrink-0 text-text-2" />}
          title="Import a file"
          detail="An export of this program or of ContextForge, or the configuration of an MCP client. You see what would change before anything does."
          actions={
            <Button
              kind="primary"
              title={shortcutText("mod+o")}
              onClick={() => navigate(routeTo("transfer", ["import"]))}
            >
              Import…
            </Button>
          }
        />
        <Row
          icon={<FileOutput {...ICON} className="shrink-0 text-text-2" />}
          title="Export to a file"
          detail="Servers, profiles, tools, prompts, resources and roots, to keep, to share or to move to another computer. For everything at once there are backups."
          actions={
            <Button
              title={shortcutText("shift+mod+e")}
              onClick={() => navigate(routeTo("transfer", ["export"]))}
            >
              Export…
            </Button>
          }
        />
      </Panel>
      {running ? (
        <Panel>
          <div className="flex items-start gap-3 p-3">
            <div className="min-w-0 flex-1 space-y-1">
              <h2 className="font-medium">
                Importing <UntrustedText text={running.name} />
              </h2>
              <ImportProgress job={running} />
            </div>
            <CancelImport job={running} />
          </div>
        </Panel>
      ) : null}
      {error ? (
        <ProblemView
          what="Earlier imports could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : jobs === undefined ? (
        <SkeletonRows label="Reading earlier imports" rows={2} />
      ) : earlier.length > 0 ? (
        <Earlier jobs={earlier} />
      ) : null}
    </Page>
  );
}

const LOOKS = {
  completed: { icon: CircleCheck, colour: "text-text-2" },
  failed: { icon: CircleX, colour: "text-err" },
  cancelled: { icon: CircleDashed, colour: "text-text-2" },
  running: { icon: CircleDashed, colour: "text-text-2" },
} as const;

function Earlier({ jobs }: { jobs: ImportJob[] }) {
  const forget = useMutation(
    api.transfer.cleanup.mutationOptions({
      onSuccess: ({ removed }) => {
        announce(`${count(removed, "import")} forgotten.`);
        document.querySelector<HTMLElement>("h1")?.focus();
        readImports();
      },
    }),
  );
  return (
    <Section
      title="Earlier imports"
      actions={
        <Button
          kind="quiet"
          size="toolbar"
          title="What they imported stays"
          disabled={forget.isPending}
          onClick={() => forget.mutate({ olderThanMs: 0 })}
        >
          Clear this list
        </Button>
      }
    >
      {forget.error ? (
        <p role="alert" className="text-err">
          {problemLine(forget.error)}
        </p>
      ) : null}
      <Panel>
        {jobs.map((job) => (
          <Earliest key={job.id} job={job} />
        ))}
      </Panel>
    </Section>
  );
}

function Earliest({ job }: { job: ImportJob }) {
  const { icon: Icon, colour } = LOOKS[job.state];
  return (
    <Row
      icon={<Icon {...ICON} className={`shrink-0 ${colour}`} />}
      title={
        <>
          <UntrustedText text={job.name} />{" "}
          <span className="font-normal text-text-2">{ago(job.startedAt)}</span>
        </>
      }
      detail={<UntrustedText text={jobText(job)} />}
      actions={<UndoImport backup={job.backup} of={job.name} />}
    />
  );
}
