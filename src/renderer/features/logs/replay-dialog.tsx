import type { LogDetail, LogRow } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { alert, announce } from "../../app/announce.ts";
import { api, client } from "../../app/api.ts";
import { problemOf } from "../../app/problem.ts";
import { routeTo, usePlace } from "../../app/router.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { CodeArea } from "../../components/code-area.tsx";
import { Dialog } from "../../components/dialog.tsx";
import type { JsonObject } from "../../components/json-text.ts";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { duration } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { whyAsk } from "../servers/annotations.ts";
import { CallOutcome } from "../servers/call-outcome.tsx";
import { readResult } from "../servers/call-result.ts";
import { CompareDialog } from "./compare-dialog.tsx";
import { readArguments, recordedArguments } from "./replay.ts";

interface ReplayDialogProps {
  log: Pick<LogRow, "id">;
  onClose: () => void;
}

/** Calls the tool of a recorded call once more, with its arguments or others; never by itself. */
export function ReplayDialog({ log: { id }, onClose }: ReplayDialogProps) {
  const { data, error, refetch } = useQuery(
    api.logs.get.queryOptions({ input: { id }, staleTime: 0, gcTime: 0 }),
  );
  if (data) return <Replay key={data.id} log={data} onClose={onClose} />;
  return (
    <Dialog
      open
      onClose={onClose}
      title="Call again"
      footer={<Button onClick={onClose}>Cancel</Button>}
    >
      {error ? (
        <ProblemView
          what="The call could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : (
        <SkeletonRows label="Reading the call" rows={4} />
      )}
    </Dialog>
  );
}

interface ReplayProps {
  log: LogDetail;
  onClose: () => void;
}

function Replay({ log, onClose }: ReplayProps) {
  const [recorded] = useState(() => recordedArguments(log));
  const [text, setText] = useState(recorded.text);
  const [isComparing, setComparing] = useState(false);
  const name = log.name ?? log.method;
  const call = useCallAgain(log.id, name);
  const written = readArguments(text);
  // A field that nobody has touched yet is not blamed for what it lacks.
  const shown = text === recorded.text ? null : written;
  return (
    <Dialog
      open
      onClose={onClose}
      width="wide"
      staysOpen
      title={
        <>
          Call <UntrustedText text={name} /> again?
        </>
      }
      description={<Where log={log} />}
      footer={
        <>
          {call.isPending ? (
            <Button onClick={call.cancel}>Cancel call</Button>
          ) : (
            <Button onClick={onClose}>{call.answer ? "Close" : "Cancel"}</Button>
          )}
          <Button
            kind="primary"
            disabled={call.isPending || written.value === null}
            onClick={() => {
              if (written.value !== null) call.start(written.value);
            }}
          >
            {call.isPending ? "Calling…" : "Call again"}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <Effect log={log} />
        {recorded.lacks === null ? null : <Banner level="note" title={recorded.lacks} />}
        <CodeArea
          label="Arguments"
          rows={8}
          value={text}
          error={shown?.problem}
          errorLine={shown?.line}
          onChange={setText}
        />
        {call.isPending ? null : (
          <CallOutcome answer={call.answer} error={call.error} cancelled={call.wasCancelled} />
        )}
        {call.answer && !call.isPending ? (
          <AfterCall row={call.answer.log} onCompare={() => setComparing(true)} onClose={onClose} />
        ) : null}
        {isComparing && call.answer?.log ? (
          <CompareDialog
            one={log}
            other={{ id: call.answer.log }}
            onClose={() => setComparing(false)}
          />
        ) : null}
      </div>
    </Dialog>
  );
}

/** One call at a time, which can be cancelled; the dialog takes it along when it goes. */
function useCallAgain(id: number, name: string) {
  const running = useRef<AbortController | null>(null);
  const [wasCancelled, setCancelled] = useState(false);
  useEffect(() => () => running.current?.abort(), []);
  const call = useMutation({
    mutationFn: (args: JsonObject) => {
      setCancelled(false);
      running.current = new AbortController();
      return client.logs.replay({ id, arguments: args }, { signal: running.current.signal });
    },
    onSuccess: ({ result, durationMs }) => {
      const said = readResult(result).isError ? "says that it failed" : "answered";
      announce(`${name} ${said}, ${duration(durationMs)}.`);
    },
    onError: (error) => {
      if (!running.current?.signal.aborted) alert(problemOf(error).message);
    },
    gcTime: 0,
  });
  return {
    isPending: call.isPending,
    answer: call.data ?? null,
    error: call.error,
    wasCancelled,
    start: call.mutate,
    cancel: () => {
      setCancelled(true);
      running.current?.abort();
    },
  };
}

function Where({ log: { profile, server } }: { log: LogDetail }) {
  return (
    <>
      In the profile “<UntrustedText text={profile ?? "–"} />”
      {server === null ? null : (
        <>
          , at <UntrustedText text={server} />
        </>
      )}
      , as the app. The first call stays in the log.
    </>
  );
}

/** What the tool says that it does, as the profile offers it now. */
function Effect({ log: { profile, name } }: { log: LogDetail }) {
  const { data: tools } = useQuery(
    api.profiles.capabilities.queryOptions({
      input: { profile: profile ?? "", kind: "tool" },
      enabled: profile !== null,
    }),
  );
  if (!tools) return null;
  const tool = tools.find((one) => one.name === name && one.enabled);
  if (!tool) {
    return (
      <Banner level="warn" title="The profile offers no tool of this name now.">
        <p>The call will be refused, unless it is offered again by then.</p>
      </Banner>
    );
  }
  const why = whyAsk(tool.definition);
  return why === null ? null : (
    <Banner level="warn" title={why}>
      <p>Calling it again may change something a second time.</p>
    </Banner>
  );
}

interface AfterCallProps {
  /** Id of its row; null where it is not recorded. */
  row: number | null;
  onCompare: () => void;
  onClose: () => void;
}

function AfterCall({ row, onCompare, onClose }: AfterCallProps) {
  const { params } = usePlace();
  if (row === null) return <p className="text-text-2">This call was not recorded.</p>;
  const route = routeTo("logs", [], { ...Object.fromEntries(params), id: String(row) });
  return (
    <div className="flex flex-wrap items-center gap-3">
      <a href={`#${route}`} onClick={onClose}>
        Show debug log {row}
      </a>
      <Button size="toolbar" onClick={onCompare}>
        Compare with the first
      </Button>
    </div>
  );
}
