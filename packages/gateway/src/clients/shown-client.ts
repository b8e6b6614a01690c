import type { JsonObject } from "@local-mcp/engine";

/** Longest name, version and user agent that is kept, characters. */
const MAX_TEXT = 200;

/** Text of somebody else, short and without what could steer a terminal; null where there is none. */
export function shownText(text: unknown, redact: (text: string) => string): string | null {
  if (typeof text !== "string") return null;
  const shown = redact(text)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, MAX_TEXT);
  return shown === "" ? null : shown;
}

/** What a client calls itself, as people are shown it. */
export const shownClient = (
  { title, name, version }: JsonObject,
  redact: (text: string) => string,
): { name: string; version: string | null } => ({
  name: shownText(title, redact) ?? shownText(name, redact) ?? "A client without a name",
  version: shownText(version, redact),
});
