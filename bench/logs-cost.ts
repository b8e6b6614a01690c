import type { LogLevel } from "@local-mcp/contract";
import { pause } from "./child.ts";
import { atMost, exactly, type Figure, told } from "./logs-report.ts";
import { onStage } from "./logs-stage.ts";
import { median, percentile } from "./stats.ts";

const PART = "cost";
const CALLS_PER_SECOND = 500;
const MOST = 1.1;
/** What a few calls tell for sure: whether one waits for what is written of it. */
const MOST_SHORT = 1.6;
/** What was recorded before is written by then, ms. */
const SETTLE = 700;

interface Slice {
  p50: number;
  p99: number;
}

export interface CostEffort {
  rounds: number;
  /** Of each slice. */
  seconds: number;
  /** Too short for a p99. */
  isShort: boolean;
}

/** What full logging adds to a call: slices with it and without, in turn. */
export const measureCost = ({ rounds, seconds, isShort }: CostEffort): Promise<Figure[]> =>
  onStage({}, async ({ gateway, load }) => {
    let failed = 0;
    const slice = async (logLevel: LogLevel): Promise<Slice> => {
      await gateway.ask("PATCH", "/settings", { logLevel });
      await pause(SETTLE);
      const loaded = await load.run(CALLS_PER_SECOND, seconds);
      failed += loaded.failed;
      return { p50: percentile(loaded.times, 0.5), p99: percentile(loaded.times, 0.99) };
    };
    for (const level of ["off", "full"] as const) await slice(level);
    const pairs: { off: Slice; full: Slice }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      // A machine that gets slower hits both alike.
      if (round % 2 === 0) {
        const off = await slice("off");
        pairs.push({ off, full: await slice("full") });
      } else {
        const full = await slice("full");
        pairs.push({ full, off: await slice("off") });
      }
    }
    const ratios = (of: keyof Slice): number[] => pairs.map(({ off, full }) => full[of] / off[of]);
    const medians = (of: keyof Slice): string =>
      (["off", "full"] as const)
        .map((level) => `${level} ${median(pairs.map((pair) => pair[level][of])).toFixed(2)}`)
        .join(", ");
    const spread = (of: keyof Slice): string =>
      [0.01, 0.25, 0.75, 1].map((part) => percentile(ratios(of), part).toFixed(2)).join(" ");
    const gate = (of: keyof Slice, most: number | null): Figure => {
      const what = `${of} of a call, full to off, median of ${rounds}`;
      const ratio = median(ratios(of));
      return most === null ? told(PART, what, ratio.toFixed(2)) : atMost(PART, what, ratio, most);
    };
    return [
      exactly(PART, "calls not answered well", failed, 0),
      gate("p99", isShort ? null : MOST),
      told(PART, "p99, ms", medians("p99")),
      told(PART, "its ratios: least, quarters, most", spread("p99")),
      gate("p50", isShort ? MOST_SHORT : null),
      told(PART, "p50, ms", medians("p50")),
    ];
  });
