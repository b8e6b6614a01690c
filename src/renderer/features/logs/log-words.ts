import type { LogOutcome, LogRow } from "@local-mcp/contract";

const two = (n: number): string => String(n).padStart(2, "0");

/** Local time of day to the ms; of another day than that of `now` its date, to the second. */
export function rowTime(at: number, now: number): string {
  const date = new Date(at);
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return isSameDay(date, new Date(now))
    ? `${time}.${String(date.getMilliseconds()).padStart(3, "0")}`
    : `${day} ${time}`;
}

const isSameDay = (one: Date, other: Date): boolean =>
  one.getDate() === other.getDate() &&
  one.getMonth() === other.getMonth() &&
  one.getFullYear() === other.getFullYear();

/** “call create_issue”, “read file:///a”, “tools/list”. */
export function whatOf({ method, name }: Pick<LogRow, "method" | "name">): string {
  if (name === null) return method;
  return `${VERBS.get(method) ?? method} ${name}`;
}

const VERBS: ReadonlyMap<string, string> = new Map([
  ["tools/call", "call"],
  ["prompts/get", "prompt"],
  ["resources/read", "read"],
  ["resources/subscribe", "subscribe"],
  ["resources/unsubscribe", "unsubscribe"],
]);

/** “Cursor 3.1”; a version in full is in the details. */
export const clientOf = ({ client, clientVersion }: LogRow): string | null =>
  client === null ? null : [client, shortVersion(clientVersion)].filter(Boolean).join(" ");

const shortVersion = (version: string | null): string =>
  /^\d+(?:\.\d+)?/.exec(version ?? "")?.[0] ?? "";

/** Of request and response together; null where neither was counted. */
export const sizeOf = ({ requestBytes, responseBytes }: LogRow): number | null =>
  requestBytes === null && responseBytes === null
    ? null
    : (requestBytes ?? 0) + (responseBytes ?? 0);

/** In one or two words, for a narrow column. */
export const SHORT_OUTCOMES: Record<LogOutcome, string> = {
  running: "running…",
  ok: "ok",
  tool_error: "tool error",
  error: "error",
  cancelled: "cancelled",
  timed_out: "timed out",
  interrupted: "interrupted",
};

/** From here on the bar of a duration is as long as it gets, ms. */
const LONGEST_MS = 10_000;

/** How long the bar of a duration is, 0 to 1: what takes ten times as long has a step more. */
export const barOf = (ms: number): number =>
  Math.min(1, Math.log10(1 + ms) / Math.log10(1 + LONGEST_MS));

/** Whether it can be made again: a tool call of a client. */
export const canReplay = ({ kind, method }: LogRow): boolean =>
  kind === "request" && method === "tools/call";
