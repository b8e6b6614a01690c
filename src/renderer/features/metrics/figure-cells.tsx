import type { LogTotals } from "@local-mcp/contract";
import { latencyCell } from "./points.ts";
import type { SortKey } from "./used.ts";

/** A column of a table of what was called. */
export interface UsedColumn {
  title: string;
  look?: string;
  sort?: SortKey;
}

/** Heads of what {@link FigureCells} fills. */
export const FIGURE_COLUMNS: readonly UsedColumn[] = [
  { title: "Calls", look: "w-36", sort: "calls" },
  { title: "Errors", look: "w-20 text-right", sort: "errors" },
  { title: "p50", look: "w-20 text-right" },
  { title: "p95", look: "w-20 text-right", sort: "p95Ms" },
  { title: "p99", look: "w-20 text-right" },
];

interface FigureCellsProps {
  figures: LogTotals;
  /** Calls of the most called, which has the longest bar. */
  most: number;
}

/** How often something was called, how often that failed, and how long it took. */
export function FigureCells({ figures, most }: FigureCellsProps) {
  const { calls, errors, p50Ms, p95Ms, p99Ms } = figures;
  return (
    <>
      <td className="px-3">
        <span className="flex items-center gap-2">
          <span className="w-14 shrink-0 text-right">{calls.toLocaleString()}</span>
          <svg aria-hidden className="h-2 w-full" preserveAspectRatio="none" viewBox="0 0 100 1">
            <rect width={(100 * calls) / most} height={1} fill="var(--color-chart-1)" />
          </svg>
        </span>
      </td>
      <td className={`px-3 text-right ${errors === 0 ? "text-text-2" : "text-err"}`}>
        {errors.toLocaleString()}
      </td>
      {Object.entries({ p50Ms, p95Ms, p99Ms }).map(([key, ms]) => (
        <td key={key} className="px-3 text-right whitespace-nowrap">
          {latencyCell(ms)}
        </td>
      ))}
    </>
  );
}
