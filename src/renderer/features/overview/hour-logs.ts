import { HOUR_RANGE } from "../metrics/ranges.ts";

/**
 * The debug logs of the calls that metrics count for the last hour: of those that did not end well,
 * where there are some. Whoever gave a call up counts among them.
 */
export const hourLogs = (errors: number): string =>
  [
    `after:${HOUR_RANGE.value}`,
    "method:tools/call,prompts/get,resources/read",
    ...(errors === 0 ? [] : ["status:error,cancelled"]),
  ].join(" ");
