import type { LogDetail, LogRow } from "@local-mcp/contract";
import { useQueries } from "@tanstack/react-query";
import { api } from "../../app/api.ts";
import { duration } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { OUTCOME_LOOKS } from "./log-row.tsx";
import { clientOf, whatOf } from "./log-words.ts";
import { type Timing, type TimingBar, timingOf, type TimingPhase } from "./timing.ts";
import { serverText } from "./recording-words.ts";

/** Phases of more rows than these are not read. */
const MOST_DETAILS = 20;

const PHASES: Record<TimingPhase["kind"], { word: string; look: string }> = {
  waiting: { word: "waited for its turn or the start", look: "border border-border-strong" },
  until_answer: { word: "until the answer began", look: "bg-chart-1" },
  rest: { word: "until it was whole", look: "bg-chart-2" },
  whole: { word: "until it was answered", look: "bg-border-strong" },
  running: { word: "running", look: "border border-dashed border-chart-1" },
  moment: { word: "without an answer", look: "bg-text-3" },
};

/** The exchange as a waterfall: the client's request, each of a server's, and what was asked back. */
export function TimingView({ log }: { log: LogDetail }) {
  const upstream = log.linked.filter(({ kind }) => kind === "upstream").slice(0, MOST_DETAILS);
  const read = useQueries({
    queries: upstream.map(({ id }) => api.logs.get.queryOptions({ input: { id }, gcTime: 0 })),
  });
  const details = new Map(
    [log, ...read.flatMap(({ data }) => data ?? [])].map((one) => [one.id, one]),
  );
  const now = Math.max(...log.linked.map(({ at, durationMs }) => at + (durationMs ?? 0)));
  const timing = timingOf(log.linked, details, now);
  const kinds = new Set(timing.bars.flatMap(({ phases }) => phases.map(({ kind }) => kind)));
  return (
    <div className="space-y-3">
      <table aria-label="Timing" className="w-full table-fixed text-left">
        <thead className="text-meta text-text-2">
          <tr className="h-7">
            <th scope="col" className="w-2/5 font-medium">
              From – to
            </th>
            <th scope="col" className="font-medium">
              {duration(timing.totalMs)}
            </th>
            <th scope="col" className="w-20 text-right font-medium">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {timing.bars.map((bar) => (
            <BarRow key={bar.row.id} bar={bar} timing={timing} isShown={bar.row.id === log.id} />
          ))}
        </tbody>
      </table>
      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-meta text-text-2">
        {[...kinds].map((kind) => (
          <li key={kind} className="flex items-center gap-1.5">
            <span aria-hidden className={`h-2 w-4 rounded-chip ${PHASES[kind].look}`} />
            {PHASES[kind].word}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** “Cursor → gateway”, “gateway → files”. */
export function wayOf(row: LogRow): string {
  const { kind, direction, server } = row;
  const asker = clientOf(row) ?? "client";
  const asked = serverText(server);
  if (kind === "request") return `${asker} → gateway`;
  if (kind === "upstream") return `gateway → ${asked}`;
  if (kind === "question") return `${asked} → ${asker}`;
  const ways = {
    from_client: `${asker} → gateway`,
    to_client: `gateway → ${asker}`,
    from_server: `${asked} → gateway`,
    to_server: `gateway → ${asked}`,
  };
  return ways[direction];
}

/** “Cursor → gateway → files”. */
export const wholeWayOf = (row: LogRow): string =>
  row.kind === "request" && row.server !== null
    ? `${wayOf(row)} → ${serverText(row.server)}`
    : wayOf(row);

function BarRow({ bar, timing, isShown }: { bar: TimingBar; timing: Timing; isShown: boolean }) {
  const { row, durationMs, phases } = bar;
  const percent = (ms: number): string => `${(100 * ms) / timing.totalMs}%`;
  const Icon = OUTCOME_LOOKS[row.outcome].icon;
  return (
    <tr className={`h-9 border-t border-border ${isShown ? "bg-accent-soft" : ""}`}>
      <th scope="row" className="px-1 font-normal">
        <div className="flex items-center gap-1.5">
          <Icon
            aria-hidden
            size={14}
            strokeWidth={1.75}
            className={`shrink-0 ${OUTCOME_LOOKS[row.outcome].colour}`}
          />
          <div className="min-w-0">
            <div className="truncate">
              <UntrustedText text={wayOf(row)} />
            </div>
            <div className="truncate font-mono text-log text-text-2">
              <UntrustedText text={whatOf(row)} />
            </div>
          </div>
        </div>
      </th>
      <td>
        <div className="relative h-3">
          {phases.map((phase) => (
            <span
              key={phase.kind}
              className={`absolute inset-y-0 min-w-0.5 rounded-chip ${PHASES[phase.kind].look}`}
              style={{ left: percent(phase.startMs), width: percent(phase.durationMs) }}
            >
              <span className="sr-only">
                {duration(phase.durationMs)} {PHASES[phase.kind].word},
              </span>
            </span>
          ))}
        </div>
      </td>
      <td className="pr-1 text-right tabular-nums">
        {durationMs === null ? "–" : duration(durationMs)}
      </td>
    </tr>
  );
}
