import type { Problem, Startup } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleX, LoaderCircle } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { useAfter } from "../../components/use-after.ts";
import { RecoverDialog } from "../backups/recover-dialog.tsx";
import { LastBackup } from "./last-backup.tsx";
import { type StartupFailure, startupFailure } from "./startup-texts.ts";

/** A start that is quicker than this shows nothing, ms. */
const QUIET_MS = 150;

/** The whole window while there is no gateway to show: it starts, or it cannot. */
export function StartupScreen({ startup }: { startup: Startup }) {
  return (
    <main className="flex h-full overflow-y-auto bg-bg p-8">
      {startup.state === "failed" ? (
        <Failed key={startup.problem.code} problem={startup.problem} />
      ) : (
        <Starting />
      )}
    </main>
  );
}

function Starting() {
  const shown = useAfter(QUIET_MS);
  if (!shown) return null;
  return (
    <div role="status" className="m-auto flex items-center gap-3 text-text-2">
      <LoaderCircle aria-hidden size={20} strokeWidth={1.75} className="animate-spin" />
      <h1 className="text-field">Starting Local MCP Gateway…</h1>
    </div>
  );
}

function Failed({ problem }: { problem: Problem }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { data: info } = useQuery(api.desktop.info.queryOptions());
  const retry = useMutation(api.desktop.retryStart.mutationOptions());
  const quit = useMutation(api.desktop.quit.mutationOptions());
  const [isRestoring, setRestoring] = useState(false);
  const { title, why, path, action, restore } = startupFailure(problem, info?.version ?? null);
  const error = retry.error ?? quit.error;
  const details = [
    title,
    ...why,
    path,
    `Code: ${problem.code}`,
    info && `Version: ${info.version}`,
  ];
  return (
    <div className="m-auto w-full max-w-form space-y-4">
      <CircleX aria-hidden size={20} strokeWidth={1.75} className="text-err" />
      <h1 ref={heading} tabIndex={-1} className="text-lead font-semibold break-words">
        {title}
      </h1>
      <div className="space-y-2 text-field text-text-2">
        {why.map((line) => (
          <p key={line} className="break-words">
            {line}
          </p>
        ))}
      </div>
      {restore === "first" ? <LastBackup /> : null}
      {path ? (
        <p className="rounded-panel bg-sunken px-3 py-2 font-mono text-log break-all select-text">
          {path}
        </p>
      ) : null}
      <div className="flex flex-wrap gap-2 pt-2">
        {restore === "first" ? (
          <Button kind="primary" onClick={() => setRestoring(true)}>
            Restore it…
          </Button>
        ) : null}
        {action ? <FailureAction action={action} isFirst={restore !== "first"} /> : null}
        <Button
          kind={action ? "secondary" : "primary"}
          disabled={retry.isPending}
          onClick={() => retry.mutate(undefined)}
        >
          Try again
        </Button>
        <CopyButton
          kind="quiet"
          label="Copy details"
          text={details.filter((line) => typeof line === "string").join("\n")}
        >
          Copy details
        </CopyButton>
        <Button kind="quiet" disabled={quit.isPending} onClick={() => quit.mutate(undefined)}>
          Quit
        </Button>
      </div>
      {restore === "other" ? (
        <details>
          <summary className="font-medium">Other ways</summary>
          <div className="space-y-2 pt-2 text-text-2">
            <p>
              A backup that this version made can take the place of this data, which is kept for 30
              days.
            </p>
            <Button onClick={() => setRestoring(true)}>Restore a backup…</Button>
          </div>
        </details>
      ) : null}
      {error ? (
        <p role="alert" className="text-err">
          {problemLine(error)}
        </p>
      ) : null}
      {isRestoring ? <RecoverDialog onClose={() => setRestoring(false)} /> : null}
    </div>
  );
}

const ACTION_WORDS: Record<NonNullable<StartupFailure["action"]>, string> = {
  show_holder: "Show it",
  choose_folder: "Open another folder…",
  open_folder: "Open data folder",
};

interface FailureActionProps {
  action: NonNullable<StartupFailure["action"]>;
  /** Nothing helps better. */
  isFirst: boolean;
}

function FailureAction({ action, isFirst }: FailureActionProps) {
  const show = useMutation(api.desktop.showWindowOfHolder.mutationOptions());
  const choose = useMutation(api.desktop.chooseDataFolder.mutationOptions());
  const open = useMutation(api.desktop.openDataFolder.mutationOptions());
  const mutation = { show_holder: show, choose_folder: choose, open_folder: open }[action];
  return (
    <>
      <Button
        kind={isFirst ? "primary" : "secondary"}
        disabled={mutation.isPending}
        onClick={() => mutation.mutate(undefined)}
      >
        {ACTION_WORDS[action]}
      </Button>
      {mutation.error ? (
        <p role="alert" className="w-full text-err">
          {problemLine(mutation.error)}
        </p>
      ) : null}
    </>
  );
}
