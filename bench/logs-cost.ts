import type { LogLevel } from "@local-mcp/contract";
import { pause } from "./child.ts";
import { atMost, exactly, type Figure, told } from "./figures.ts";
import { onStage } from "./logs-stage.ts";
import { median, percentile } from "./stats.ts";

const PART = "cost";
const CALLS_PER_SECOND = 500;
const MOST = 1.1;
/** Of what the thread that serves calls computes for one. */
const MOST_COMPUTED = 1.5;
/** What was recorded before is written by then, ms. */
const SETTLE = 700;

interface Slice {
  p50: number;
  p99: number;
  /** By the thread that serves, for each call, ms. */
  computed: number;
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
      const before = gateway.served;
      const { times, calls, failed: wrong } = await load.run(CALLS_PER_SECOND, seconds);
      failed += wrong;
      const computed = (gateway.served - before) / calls;
      return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), computed };
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
    const absolute = (of: keyof Slice): string =>
      (["off", "full"] as const)
        .map((level) => `${level} ${median(pairs.map((pair) => pair[level][of])).toFixed(2)}`)
        .join(", ");
    const figures = (of: keyof Slice, what: string, most: number | null): Figure[] => {
      const name = `${what}, full to off, median of ${rounds}`;
      const ratio = median(ratios(of));
      const spread = [0.01, 0.25, 0.75, 1].map((part) => percentile(ratios(of), part).toFixed(2));
      return [
        most === null ? told(PART, name, ratio.toFixed(2)) : atMost(PART, name, ratio, most),
        told(PART, "  in ms", absolute(of)),
        told(PART, "  ratios: least, quarters, most", spread.join(" ")),
      ];
    };
    return [
      exactly(PART, "calls not answered well", failed, 0),
      ...figures("p99", "p99 of a call", isShort ? null : MOST),
      ...figures("p50", "p50 of a call", null),
      ...figures("computed", "computed for a call", MOST_COMPUTED),
    ];
  });
