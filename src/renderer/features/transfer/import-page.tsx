import { type ReactNode, useEffect } from "react";
import { routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Page } from "../../components/page.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { ImportCommands } from "./import-commands.tsx";
import { ImportDone } from "./import-done.tsx";
import { ImportPlanStep } from "./import-plan-step.tsx";
import { CancelImport, ImportProgress } from "./import-progress.tsx";
import { ImportSecret } from "./import-secret.tsx";
import { ImportSource } from "./import-source.tsx";
import { forgetKey, type ImportStep, startOver, useImport } from "./use-import.ts";
import { useRunningImport } from "./use-imports.ts";

const BACK = { label: "Import & export", route: routeTo("transfer") };

/** Brings a file in, step by step. Until the button “Import N items” nothing is changed. */
export function ImportPage() {
  const step = useImport((state) => state.step);
  // In the strict mode of React it comes and goes once more at first, which is no harm here.
  useEffect(() => forgetKey, []);
  switch (step.name) {
    case "plan":
      return <ImportPlanStep />;
    case "commands":
      return <ImportCommands />;
    case "done":
      return <ImportDone report={step.report} />;
    default:
      return <Before step={step} />;
  }
}

type BeforePlan = Exclude<ImportStep, { name: "plan" | "commands" | "done" }>;

/** Steps that show a single thing; their page stays, so that the focus does. */
function Before({ step }: { step: BeforePlan }) {
  switch (step.name) {
    case "source":
      return (
        <ImportFrame title="Import">
          <ImportSource error={step.error} />
        </ImportFrame>
      );
    case "reading":
      return (
        <ImportFrame key="reading" canStartOver>
          <p role="status">Reading the file…</p>
          <SkeletonRows label="Reading the file" rows={6} />
        </ImportFrame>
      );
    case "secret":
      return (
        <ImportFrame key="secret" canStartOver>
          <ImportSecret sealedWith={step.sealedWith} problem={step.problem} />
        </ImportFrame>
      );
    default:
      return <Writing />;
  }
}

function Writing() {
  const running = useRunningImport();
  return (
    <ImportFrame key="writing" actions={running ? <CancelImport job={running} /> : null}>
      {running ? <ImportProgress job={running} /> : <p role="status">Importing…</p>}
    </ImportFrame>
  );
}

interface ImportFrameProps {
  /** Otherwise after the file. */
  title?: string;
  actions?: ReactNode;
  canStartOver?: boolean;
  scrolls?: "page" | "content";
  children: ReactNode;
}

/** The page of one step. */
export function ImportFrame({
  title,
  actions,
  canStartOver = false,
  scrolls,
  children,
}: ImportFrameProps) {
  const file = useImport((state) => state.file);
  return (
    <Page
      back={BACK}
      scrolls={scrolls}
      title={
        title ?? (
          <>
            Import <UntrustedText text={file?.name ?? ""} />
          </>
        )
      }
      actions={
        <>
          {canStartOver ? <Button onClick={startOver}>Another file…</Button> : null}
          {actions}
        </>
      }
    >
      {children}
    </Page>
  );
}
