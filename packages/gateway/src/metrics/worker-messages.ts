import type { MetricsView } from "@local-mcp/contract";
import type { Paths } from "@local-mcp/database";
import type { CallRow } from "./call-row.ts";
import type { HourSum } from "./hour-sum.ts";
import type { ResetScope } from "./traffic-store.ts";
import type { ViewQuery } from "./view.ts";

/** The files that the thread works on; of the configuration database it only reads. */
export type MetricsFiles = Pick<Paths, "traffic" | "database">;

/** What the thread does, each with what it is given and what comes of it. */
export interface MetricsTasks {
  record: [rows: CallRow[], done: null];
  /** Hours that ended before a moment and are not summed up. */
  due: [before: number, hours: number[]];
  sum: [hour: number, sum: HourSum];
  /** Told when the sum of an hour is stored. */
  summed: [hour: number, done: null];
  /** @returns how many rows went; none are left to go where that is 0 */
  prune: [before: number, rows: number];
  view: [query: ViewQuery, view: Omit<MetricsView, "recording">];
  reset: [scope: ResetScope, calls: number];
  /** Lets go of the file; the next task opens it again. */
  release: [nothing: null, done: null];
  rest: [nothing: null, isFree: boolean];
  close: [nothing: null, done: null];
}
