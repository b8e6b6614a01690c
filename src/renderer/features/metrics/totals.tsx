import type { LogTotals } from "@local-mcp/contract";
import { count } from "../../components/time.ts";
import { latencyCell } from "./points.ts";

/** The whole range in one line. */
export function Totals({ totals }: { totals: LogTotals }) {
  const { calls, errors, p50Ms, p95Ms, p99Ms } = totals;
  return (
    <p className="flex flex-wrap gap-x-4 text-field tabular-nums">
      <span className="font-semibold">{count(calls, "call")}</span>
      <span className={errors === 0 ? "text-text-2" : "font-semibold text-err"}>
        {count(errors, "error")}
      </span>
      <span className="text-text-2">
        p50 {latencyCell(p50Ms)} · p95 {latencyCell(p95Ms)} · p99 {latencyCell(p99Ms)}
      </span>
    </p>
  );
}
