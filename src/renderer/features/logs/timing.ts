import type { LogDetail, LogRow } from "@local-mcp/contract";

/** One row of an exchange on the scale of the whole. */
export interface TimingBar {
  row: LogRow;
  /** From the beginning of the exchange, ms. */
  startMs: number;
  /** Null while it runs, and for what has no answer. */
  durationMs: number | null;
  phases: TimingPhase[];
}

export interface TimingPhase {
  kind: "waiting" | "until_answer" | "rest" | "whole" | "running" | "moment";
  startMs: number;
  durationMs: number;
}

export interface Timing {
  bars: TimingBar[];
  /** Of the scale, ms; never 0. */
  totalMs: number;
}

/**
 * When each row of an exchange began and ended.
 *
 * @param details of the rows whose phases are known, by id
 * @param now until when running rows have run, ms since 1970
 */
export function timingOf(
  rows: readonly LogRow[],
  details: ReadonlyMap<number, Pick<LogDetail, "waitedMs" | "headMs">>,
  now: number,
): Timing {
  // What was waited lies before the row; what the gateway asks by itself has no other before it.
  const began = Math.min(...rows.map(({ at, id }) => at - (details.get(id)?.waitedMs ?? 0)));
  const bars = rows.map((row): TimingBar => {
    const startMs = row.at - began;
    return {
      row,
      startMs,
      durationMs: row.durationMs,
      phases: phasesOf(row, startMs, details.get(row.id), now),
    };
  });
  const ends = bars.flatMap(({ phases }) =>
    phases.map((phase) => phase.startMs + phase.durationMs),
  );
  return { bars, totalMs: Math.max(1, ...ends) };
}

function phasesOf(
  { at, durationMs, outcome }: LogRow,
  startMs: number,
  detail: Pick<LogDetail, "waitedMs" | "headMs"> | undefined,
  now: number,
): TimingPhase[] {
  if (durationMs === null) {
    return outcome === "running"
      ? [{ kind: "running", startMs, durationMs: Math.max(0, now - at) }]
      : [{ kind: "moment", startMs, durationMs: 0 }];
  }
  const waited = detail?.waitedMs ?? 0;
  const head = Math.min(detail?.headMs ?? 0, durationMs);
  const waiting: TimingPhase = {
    kind: "waiting",
    startMs: startMs - waited,
    durationMs: waited,
  };
  const own: TimingPhase[] =
    head === 0
      ? [{ kind: "whole", startMs, durationMs }]
      : [
          { kind: "until_answer", startMs, durationMs: head },
          { kind: "rest", startMs: startMs + head, durationMs: durationMs - head },
        ];
  return [waiting, ...own].filter(({ kind, durationMs: ms }) => kind === "whole" || ms > 0);
}
