import { isSecretName } from "./names.ts";
import { type Finder, isPlaceholder } from "./ranges.ts";
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

/** So much of a name is read. */
const MAX_NAME = 80;

/** Between a name and its value: `name=`, `name: `, `"name": `, `name => `, `name := `. */
const SEPARATOR = /(?:={2,}|=>|:=|[=:])[ \t]{0,8}/g;
/** What may stand before it, the end of a name in quotes. */
const BEFORE_SEPARATOR = /\\{0,7}["']?\]?[ \t]{0,8}$/;
const MAX_BEFORE = 17;

/** `--name value`, also as two elements of a list. */
const FLAG = /(?<![\w-])--?([A-Za-z][\w-]{0,63})(?:[ \t]{1,4}|\\{0,7}["'],\s{0,8}(?=\\{0,7}["']))/g;

/** A header's name and its value as two elements of a list. */
const HEADER_PAIR =
  /\\{0,7}["']([A-Za-z]{1,40}(?:-[A-Za-z]{1,40}){1,6}|authorization|cookie)\\{0,7}["'],\s{0,8}(?=\\{0,7}["'])/gi;

/** The name of a variable or header in one member, and its value in the next one. */
const NAMED_VALUE =
  /\\{0,7}["'](?:name|key)\\{0,7}["']\s{0,4}:\s{0,4}\\{0,7}["']([\w.-]{1,80})\\{0,7}["'],\s{0,20}\\{0,7}["']value\\{0,7}["']\s{0,4}:\s{0,4}/gi;

const ELEMENT = /<([\w:.-]{1,80})>([^<>]{1,4096})/g;

const NAME_END = /\\{0,7}["']\s{0,4}:/y;
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

/** Finds the values of names that say that they are secret. */
export const findNamedValues: Finder = (text, add) => {
  const remove = ([start, end]: Span): number => {
    if (end > start && !isPlaceholder(text.slice(start, end))) {
      add({ start, end, what: "value" });
    }
    return end;
  };
  SEPARATOR.lastIndex = 0;
  for (let found = SEPARATOR.exec(text); found; found = SEPARATOR.exec(text)) {
    const named = nameBefore(text, nameEnd(text, found.index));
    if (named === null) continue;
    SEPARATOR.lastIndex = remove(valueAfter(text, SEPARATOR.lastIndex, named, found[0]));
  }
  FLAG.lastIndex = 0;
  for (let found = FLAG.exec(text); found; found = FLAG.exec(text)) {
    const [, name = ""] = found;
    if (isSecretName(name)) FLAG.lastIndex = remove(argumentAfter(text, FLAG.lastIndex, name));
  }
  for (const form of [HEADER_PAIR, NAMED_VALUE]) {
    for (const { 0: whole, 1: name = "", index } of text.matchAll(form)) {
      if (!isSecretName(name)) continue;
      const quoted = quotedAt(text, index + whole.length);
      // What a colon follows is the next name.
      if (!quoted || read(NAME_END, text, quoted[1]) !== "") continue;
      remove(withoutScheme(text, quoted));
    }
  }
  for (const { 0: whole, 1: name = "", 2: value = "", index } of text.matchAll(ELEMENT)) {
    const end = index + whole.length;
    const isElement = text.startsWith("</", end) && isSecretName(name);
    if (isElement && value.trim() !== "") remove([end - value.length, end]);
  }
};

interface Named {
  name: string;
  start: number;
}

/** Where the name before a separator ends. */
function nameEnd(text: string, at: number): number {
  // Mostly it does at once.
  if (at > 0 && isOfName(text.charCodeAt(at - 1))) return at;
  const before = text.slice(Math.max(0, at - MAX_BEFORE), at);
  return at - (BEFORE_SEPARATOR.exec(before)?.[0].length ?? 0);
}

/** The secret name that ends at a place; null where there is none. */
function nameBefore(text: string, end: number): Named | null {
  let start = end;
  while (start > 0 && end - start < MAX_NAME && isOfName(text.charCodeAt(start - 1))) start -= 1;
  // The letter of `\n` in a string is no part of it.
  if (text[start - 1] === "\\" && /[nrt]/.test(text[start] ?? "")) start += 1;
  if (start >= end) return null;
  // `${TOKEN:-default}` and `${secret:name}` are put in elsewhere.
  if (text[start - 1] === "{" && text[start - 2] === "$") return null;
  const name = text.slice(start, end);
  if (isSecretName(name)) return { name, start };
  // “API key: …” is a name in two words.
  if (!/^keys?$/i.test(name)) return null;
  const isKey = /(?:api|access|secret|private) $/i.test(text.slice(Math.max(0, start - 8), start));
  return isKey ? { name: "api_key", start } : null;
}

/** Letters, digits and `_ - . $`. */
function isOfName(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45 ||
    code === 46 ||
    code === 36
  );
}

/** Where the value begins and ends; empty where there is none that is to go. */
function valueAfter(text: string, at: number, named: Named, separator: string): Span {
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
  const word = read(WORD, text, at);
  const end = at + word.length;
  if (separator !== "=" && isCode(word)) return nothing;
  if (!separator.includes("=") && isProse(word, text.slice(at, end + 3))) return nothing;
  return unlessSaid([at, end]);
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
function argumentAfter(text: string, at: number, name: string): Span {
  const quoted = quotedAt(text, at);
  if (quoted) return read(NAME_END, text, quoted[1]) === "" ? quoted : [at, at];
  const word = read(WORD, text, at);
  const isWord =
    /^[-|]/.test(word) ||
    HELP_WORD.test(word) ||
    FLAG_PROSE.has(word.toLowerCase()) ||
    isNoValue(word, name);
  return isWord ? [at, at] : [at, at + word.length];
}
