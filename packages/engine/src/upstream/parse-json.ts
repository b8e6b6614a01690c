/** Nested deeper than this a message cannot be written again: that takes a stack. */
export const MOST_NESTED = 1000;

const BEGINNING = /^[ \t\r\n]*[[{]/;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The object or array that a JSON text holds; undefined where it holds none, or one that is nested
 * too deep to be passed on.
 */
export function parseJson(text: string): unknown {
  // Other text is told apart at once: an error costs a hundred times as much as a look.
  if (!BEGINNING.test(text) || isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a JSON text is nested deeper than {@link MOST_NESTED}. */
export function isTooDeep(text: string): boolean {
  // What is nested has an end for each beginning.
  if (text.length <= 2 * MOST_NESTED) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    // Brackets and braces differ in this bit alone.
    else if ((code | 0x20) === 0x7b) depth += 1;
    else if ((code | 0x20) === 0x7d) depth -= 1;
    if (depth > MOST_NESTED) return true;
  }
  return false;
}

/** Where the string that begins here ends; the end of the text where it does not. */
function endOfString(text: string, begin: number): number {
  let at = begin;
  do {
    at = text.indexOf('"', at + 1);
    if (at === -1) return text.length;
  } while (isEscaped(text, at));
  return at;
}

/** Whether an odd number of backslashes comes before this place. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
}
