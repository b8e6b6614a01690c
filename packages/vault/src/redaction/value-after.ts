import { MAX_NAME, type Named } from "./names.ts";
import {
  isCode,
  isDescription,
  isNoValue,
  isProse,
  quotedAt,
  read,
  type Span,
  withoutScheme,
} from "./values.ts";

/** What makes a text in quotes the name of a member. */
export const NAME_END = /\\{0,7}["']\s{0,4}:/y;
const WORD = /[^\s,;&}"'`“”‘’<>)\]]*/y;
const LINE = /[^\r\n]*/y;
/** A line within a string of JSON. */
const ESCAPED_LINE = /(?:[^\\\r\n"]|\\[^nr])*/y;
const HEADER_LINE = /[^\r\n"'`“”‘’\\]*/y;

/** In help texts: `--token TOKEN`. */
const HELP_WORD = /^[A-Z]{2,12}(?:_[A-Z]{2,12}){0,3}$/;
const FLAG_PROSE = new Set(
  "is to or and for with if the a an must option flag can cannot needs not was has takes requires may in from when of that which on by as gives given names".split(
    " ",
  ),
);

/** Where the value begins and ends; empty where there is none that is to go. */
export function valueAfter(text: string, at: number, named: Named, separator: string): Span {
  const { name, start } = named;
  const nothing: Span = [at, at];
  const unlessSaid = (span: Span): Span => (isNoValue(text.slice(...span), name) ? nothing : span);
  const quoted = quotedAt(text, at);
  // What is compared is code, and so is what an arrow leads to without quotes.
  if (separator.startsWith("==") || (separator.startsWith("=>") && !quoted)) return nothing;
  if (quoted) {
    if (isEndOfLabel(text, at, start)) return nothing;
    const span = withoutScheme(text, quoted);
    return isDescription(text.slice(...span), name) ? nothing : unlessSaid(span);
  }
  const variableEnd = separator === "=" ? endOfVariable(text, at, named) : null;
  if (variableEnd !== null) return unlessSaid([at, variableEnd]);
  if (/(?:authorization|cookie)$/i.test(name) && !separator.includes("=")) {
    // Not the whole line: where it is prose, the next name in it would read it once more.
    const beginning = read(HEADER_LINE, text.slice(at, at + MAX_NAME), 0);
    const hasScheme = withoutScheme(text, [at, at + beginning.length])[0] > at;
    if (!hasScheme && isProse(beginning.split(" ", 1)[0] ?? "", beginning)) return nothing;
    return unlessSaid(withoutScheme(text, [at, at + read(HEADER_LINE, text, at).length]));
  }
  const word = wordAt(text, at);
  const end = at + word.length;
  if (separator !== "=" && isCode(word)) return nothing;
  if (!separator.includes("=") && isProse(word, text.slice(at, end + 3))) return nothing;
  return unlessSaid([at, end]);
}

/** To where it ends without quotes: a backslash belongs to the quote that follows it. */
function wordAt(text: string, at: number): string {
  const word = read(WORD, text, at);
  let end = word.length;
  if (/["'`]/.test(text.charAt(at + end))) while (word[end - 1] === "\\") end -= 1;
  return word.slice(0, end);
}

/** `'Password:'` ends with the quote that seems to begin a value. */
function isEndOfLabel(text: string, at: number, nameStart: number): boolean {
  const before = text[nameStart - 1] ?? "";
  const isMember = /["'`]/.test(text[at - 2] ?? "");
  return /["'`]/.test(before) && text[at] === before && text[at - 1] === ":" && !isMember;
}

/**
 * The end of a variable's value as environments are printed: that of its line, or of its string in a
 * list of them. Null where it is no such variable.
 */
function endOfVariable(text: string, at: number, { name, start }: Named): number | null {
  if (!/^[A-Z][A-Z\d_]*$/.test(name)) return null;
  const before = text.slice(Math.max(0, start - 16), start).replace(/export $/, "");
  if (before === "" || /[\r\n]$/.test(before)) return at + read(LINE, text, at).length;
  if (/\\[nr]$/.test(before)) return at + read(ESCAPED_LINE, text, at).length;
  const quote = /\\{0,7}["']$/.exec(before)?.[0];
  return quote === undefined ? null : (quotedAt(text, start - quote.length)?.[1] ?? null);
}

/** The argument behind a flag. */
export function argumentAfter(text: string, at: number, name: string): Span {
  const quoted = quotedAt(text, at);
  if (quoted) return read(NAME_END, text, quoted[1]) === "" ? quoted : [at, at];
  const word = wordAt(text, at);
  const isWord =
    /^[-|]/.test(word) ||
    HELP_WORD.test(word) ||
    FLAG_PROSE.has(word.toLowerCase()) ||
    isNoValue(word, name);
  return isWord ? [at, at] : [at, at + word.length];
}
