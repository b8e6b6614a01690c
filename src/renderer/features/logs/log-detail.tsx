import { type LogDetail, type LogRow, OUTCOME_WORDS } from "@local-mcp/contract";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { NotebookPen, Pin, PinOff, Repeat2, X } from "lucide-react";
import { api } from "../../app/api.ts";
import { useParam } from "../../app/router.ts";
import { Button, IconButton } from "../../components/button.tsx";
import { DetailList } from "../../components/detail-list.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { sizeText } from "../../components/size.ts";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { Tabs } from "../../components/tabs.tsx";
import { duration, exactTime } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { useSettled } from "../../components/use-settled.ts";
import { CopyAsMenu } from "./copy-as.tsx";
import { OUTCOME_LOOKS } from "./log-row.tsx";
import { LogText } from "./log-text.tsx";
import { canReplay, clientOf, whatOf } from "./log-words.ts";
import { MessageView } from "./message-view.tsx";
import { TimingView, wayOf, wholeWayOf } from "./timing-view.tsx";
import { wayOutOf } from "./way-out.ts";
import { serverText } from "./recording-words.ts";

/** Rows that keys run past are not read, ms. */
const PASSED_MS = 80;
/** Messages may be long, so they are let go soon, ms. */
const KEPT_MS = 10_000;

interface DetailActions {
  pin: (row: LogRow) => void;
  note: (row: LogRow) => void;
  replay: (row: LogRow) => void;
  /** Shows another row of the exchange. */
  show: (id: number) => void;
  close: () => void;
}

interface LogDetailPaneProps {
  id: number;
  /** As the list has it now; undefined where it is not in it. */
  row: LogRow | undefined;
  actions: DetailActions;
}

/** One row with its messages, and what else belongs to the exchange. */
export function LogDetailPane({ id, row, actions }: LogDetailPaneProps) {
  const wanted = useSettled(id, PASSED_MS);
  const { data, error, refetch } = useQuery({
    // Another outcome is another state of it.
    queryKey: [...api.logs.get.queryKey({ input: { id: wanted } }), row?.outcome],
    queryFn: ({ signal }) => api.logs.get.call({ id: wanted }, { signal }),
    placeholderData: keepPreviousData,
    gcTime: KEPT_MS,
  });
  if (error) {
    return (
      <div className="space-y-3 p-4">
        <ProblemView what="It could not be read." error={error} onRetry={() => void refetch()} />
        <Button onClick={actions.close}>Close</Button>
      </div>
    );
  }
  if (!data) return <SkeletonRows label="Reading it" rows={4} />;
  const marks = row?.id === data.id ? { pinned: row.pinned, hasNote: row.hasNote } : {};
  return <Shown log={{ ...data, ...marks }} actions={actions} />;
}

function Shown({ log, actions }: { log: LogDetail; actions: DetailActions }) {
  const [tab, setTab] = useParam("tab");
  const isRunning = log.outcome === "running";
  const shared = { contents: log.contents, isRunning };
  const items = [
    {
      id: "request",
      label: "Request",
      content: <MessageView key={log.id} title="Request" body={log.request} {...shared} />,
    },
    {
      id: "response",
      label: "Response",
      content: <MessageView key={log.id} title="Response" body={log.response} {...shared} />,
    },
    { id: "timing", label: "Timing", content: <TimingView log={log} /> },
    {
      id: "linked",
      label: "Linked",
      count: log.linked.length,
      content: <Linked log={log} onShow={actions.show} />,
    },
    {
      id: "raw",
      label: "Raw",
      content: (
        <div key={log.id} className="space-y-3">
          <Facts log={log} />
          <MessageView title="Request" body={log.request} {...shared} isRaw />
          <MessageView title="Response" body={log.response} {...shared} isRaw />
        </div>
      ),
    },
  ];
  const isKnown = items.some(({ id }) => id === tab);
  const first = log.response === null || log.outcome === "running" ? "request" : "response";
  return (
    <>
      <Head log={log} actions={actions} />
      <Tabs
        label="Parts of the exchange"
        current={isKnown ? tab : first}
        onChange={setTab}
        items={items}
      />
    </>
  );
}

function Head({ log, actions }: { log: LogDetail; actions: DetailActions }) {
  return (
    <header className="space-y-1 px-4 pt-2 pb-1">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <h2 className="min-w-0 flex-1 truncate font-mono text-body font-semibold">
          <UntrustedText text={whatOf(log)} />
        </h2>
        <div className="flex items-center gap-1">
          <IconButton
            icon={log.pinned ? PinOff : Pin}
            label={log.pinned ? "Unpin" : "Pin"}
            shortcut="P"
            aria-pressed={log.pinned}
            onClick={() => actions.pin(log)}
          />
          <IconButton
            icon={NotebookPen}
            label={log.note === null ? "Add note" : "Edit note"}
            shortcut="N"
            onClick={() => actions.note(log)}
          />
          {canReplay(log) ? (
            <Button size="toolbar" icon={Repeat2} onClick={() => actions.replay(log)}>
              Replay…
            </Button>
          ) : null}
          <CopyAsMenu row={log} />
          <IconButton icon={X} label="Close details" shortcut="Esc" onClick={actions.close} />
        </div>
      </div>
      <Outcome log={log} />
      {log.note === null ? null : (
        <p className="border-l-2 border-border-strong pl-2 break-words whitespace-pre-wrap text-text-2">
          <span className="sr-only">Note: </span>
          {log.note}
        </p>
      )}
    </header>
  );
}

/** What came of it as a sentence, and what to do where it failed. */
function Outcome({ log }: { log: LogDetail }) {
  const { icon: Icon, colour } = OUTCOME_LOOKS[log.outcome];
  const wayOut = wayOutOf(log.errorCode);
  return (
    <div className="space-y-1">
      <p className="flex items-start gap-1.5">
        <Icon aria-hidden size={16} strokeWidth={1.75} className={`mt-0.5 shrink-0 ${colour}`} />
        <span className="min-w-0 break-words">
          <span className={colour === "text-err" ? "font-medium text-err" : undefined}>
            {OUTCOME_WORDS[log.outcome]}
          </span>
          {log.durationMs === null ? "" : ` after ${duration(log.durationMs)}`}
          {" · "}
          <UntrustedText text={wholeWayOf(log)} />
          {log.error === null ? null : (
            <>
              {" · “"}
              <LogText text={log.error} />”
            </>
          )}
        </span>
      </p>
      {wayOut === null ? null : <p className="text-text-2">{wayOut}</p>}
    </div>
  );
}

function Linked({ log, onShow }: { log: LogDetail; onShow: (id: number) => void }) {
  return (
    <ol className="divide-y divide-border">
      {log.linked.map((row) => {
        const { icon: Icon, colour } = OUTCOME_LOOKS[row.outcome];
        const isShown = row.id === log.id;
        return (
          <li key={row.id}>
            <button
              type="button"
              aria-current={isShown ? "true" : undefined}
              onClick={() => onShow(row.id)}
              className={`flex min-h-9 w-full items-center gap-2 px-2 text-left -outline-offset-2 ${isShown ? "bg-accent-soft" : "hover:bg-sunken"}`}
            >
              <Icon aria-hidden size={14} strokeWidth={1.75} className={`shrink-0 ${colour}`} />
              <span className="sr-only">{OUTCOME_WORDS[row.outcome]}: </span>
              <span className="w-2/5 shrink-0 truncate">
                <UntrustedText text={wayOf(row)} />
              </span>
              <span className="min-w-0 flex-1 truncate font-mono text-log">
                <UntrustedText text={whatOf(row)} />
              </span>
              <span className="text-text-2 tabular-nums">
                {row.durationMs === null ? "–" : duration(row.durationMs)}
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}

function Facts({ log }: { log: LogDetail }) {
  const facts: [string, string | null][] = [
    ["Began", exactTime(log.at)],
    [
      "Client",
      log.client === null ? null : [log.client, log.clientVersion].filter(Boolean).join(" "),
    ],
    ["Era", log.era],
    ["Profile", log.profile],
    ["Server", log.server === null ? null : serverText(log.server)],
    ["Session", log.session],
    ["Method", log.method],
    ["Name", log.name],
    ["HTTP status", log.httpStatus === null ? null : String(log.httpStatus)],
    ["Error code", log.errorCode],
    ["Request", log.requestBytes === null ? null : sizeText(log.requestBytes)],
    ["Response", log.responseBytes === null ? null : sizeText(log.responseBytes)],
    ["Exchange", log.correlation],
    ["Debug log", String(log.id)],
  ];
  return (
    <DetailList
      items={facts.flatMap(([name, value]) =>
        value === null ? [] : [{ name, value: <UntrustedText text={value} /> }],
      )}
    />
  );
}

/** What the pane is called, for those who hear it. */
export const detailName = (row: LogRow | undefined): string =>
  row === undefined
    ? "Details"
    : `Details of ${[whatOf(row), clientOf(row)].filter(Boolean).join(", ")}`;
