import { LOCAL_SERVER, type LogLevel } from "@local-mcp/contract";
import { count } from "../../components/time.ts";

/** How much is recorded, as people read it. */
export const LEVEL_WORDS: Record<LogLevel, string> = {
  full: "Whole exchanges",
  metadata: "Without messages",
  errors: "What goes wrong",
  off: "Nothing",
};

/** A server as people read it; null for what no server was asked. */
export const serverText = (server: string | null): string =>
  server === LOCAL_SERVER ? "The gateway’s own" : (server ?? "–");

/** “1,204 rows that match the filter”, “all 5 rows”. @param one what a row is */
export function rowsText(rows: number | undefined, filter: string, one = "row"): string {
  const many = rows === undefined ? `${one}s` : count(rows, one);
  if (filter !== "") return `${many} that ${rows === 1 ? "matches" : "match"} the filter`;
  return rows === 1 ? `the only ${one}` : `all ${many}`;
}

const MINUTE_MS = 60_000;

/** “42 min left”; a moment that is over is still less than a minute away until the gateway says so. */
export function leftText(until: number, now: number): string {
  const ms = until - now;
  return ms < MINUTE_MS ? "less than 1 min left" : `${Math.round(ms / MINUTE_MS)} min left`;
}
