/** What has no place in a sentence that a person reads: control, format and bidirectional characters. */
const UNSPOKEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
const LONGEST = 200;

/**
 * What an authorization server says of itself or of an error, fit to be shown: one line of at most
 * 200 characters. Null where there is nothing to show.
 */
export function said(text: unknown): string | null {
  if (typeof text !== "string") return null;
  const line = text
    .slice(0, LONGEST * 4)
    .replace(UNSPOKEN, " ")
    .replace(/\s+/g, " ")
    .trim();
  if (line === "") return null;
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
