import {
  LOG_KEYS,
  LOG_NAME_KEYS,
  LOG_NO_OPERATORS,
  type LogCondition,
  type LogKey,
  type LogNameKey,
  type LogQueryProblem,
  type LogTerm,
  type ParsedLogQuery,
} from "./log-query.ts";
import { isUnit, readRange, readTime } from "./log-query-values.ts";

/** More of them make a query slow and help nobody. */
const MAX_TERMS = 50;
const MAX_VALUES = 50;

/**
 * Reads a text of the query language. It never throws.
 * @param now ms since 1970, for times that are so long ago
 */
export function parseLogQuery(text: string, now: number): ParsedLogQuery {
  const terms: LogTerm[] = [];
  const problems: LogQueryProblem[] = [];
  let before: Token | null = null;
  for (const token of tokensOf(text)) {
    const { start, end, not } = token;
    const read = token.problem ?? strayUnit(before, token) ?? conditionOf(token, now);
    before = token;
    if ("message" in read) problems.push(read);
    else if (terms.length < MAX_TERMS) terms.push({ not, start, end, ...read });
    else problems.push(wrong(token, `A filter has at most ${MAX_TERMS} terms.`));
  }
  return { terms, problems };
}

interface Span {
  start: number;
  end: number;
}

/** A value as it stands in the text. */
interface Part extends Span {
  text: string;
}

/** What is between two blanks. */
interface Token extends Span {
  not: boolean;
  /** As it is written; null for bare words. */
  key: Part | null;
  /** One, but for values between commas. */
  parts: Part[];
  problem: LogQueryProblem | null;
}

const KEY = /[a-z_]+(?=:)/iy;
const BARE = /[^\s]+/y;
const BARE_UNTIL_COMMA = /[^\s,]+/y;
const QUOTED = /"((?:[^"\\]|\\[^]?)*)(")?/y;
const REST = /[^\s]*/y;

/** What a sticky expression finds at a place. */
function at(expression: RegExp, text: string, start: number): RegExpExecArray | null {
  expression.lastIndex = start;
  return expression.exec(text);
}

function* tokensOf(text: string): Generator<Token> {
  let start = 0;
  for (;;) {
    start += text.slice(start).length - text.slice(start).trimStart().length;
    if (start >= text.length) return;
    const token = tokenAt(text, start);
    yield token;
    start = token.end;
  }
}

function tokenAt(text: string, start: number): Token {
  const not = text[start] === "-" && /\S/.test(text[start + 1] ?? "");
  const keyStart = not ? start + 1 : start;
  const name = at(KEY, text, keyStart)?.[0];
  const key =
    name === undefined ? null : { start: keyStart, end: keyStart + name.length, text: name };
  const isList = LOG_NAME_KEYS.some((one) => one === key?.text.toLowerCase());
  const token: Token = { start, end: start, not, key, parts: [], problem: null };
  let next = key === null ? keyStart : key.end + 1;
  for (;;) {
    const { problem, ...part } = partAt(text, next, isList);
    token.parts.push(part);
    token.end = part.end;
    if (problem !== undefined) token.problem = problem;
    if (problem !== undefined || !isList || text[part.end] !== ",") return token;
    next = part.end + 1;
  }
}

function partAt(
  text: string,
  start: number,
  isList: boolean,
): Part & { problem?: LogQueryProblem } {
  const quoted = at(QUOTED, text, start);
  if (quoted === null) {
    const bare = at(isList ? BARE_UNTIL_COMMA : BARE, text, start)?.[0] ?? "";
    return { start, end: start + bare.length, text: bare };
  }
  const [whole, inside = "", closed] = quoted;
  const end = start + whole.length;
  const part = { start, end, text: inside.replaceAll(/\\(["\\])/g, "$1") };
  if (closed === undefined) {
    return { ...part, problem: wrong(part, "The quotation mark is not closed.") };
  }
  const rest = at(REST, text, end)?.[0] ?? "";
  if (rest === "" || (isList && rest.startsWith(","))) return part;
  const after = { start: end, end: end + rest.length };
  const problem = wrong(after, "A blank is missing after the quotation mark.");
  return { ...part, end: after.end, problem };
}

const isQuoted = ({ start, end, text }: Part): boolean => end - start > text.length;

const wrong = ({ start, end }: Span, message: string): LogQueryProblem => ({ start, end, message });

function conditionOf(token: Token, now: number): LogCondition | LogQueryProblem {
  const { start, end, key, parts } = token;
  const [first = { start, end, text: "" }] = parts;
  if (key === null) {
    if (!isQuoted(first) && LOG_NO_OPERATORS.includes(first.text)) return wrong(first, NO_OPERATOR);
    return wordsOf(first);
  }
  const known = LOG_KEYS.find((one) => one.key === key.text.toLowerCase());
  if (known === undefined) return wrong(key, unknownKey(key.text));
  if (parts.some(({ text }) => text === "")) {
    return wrong(token, `A value is missing, as in ${known.key}:${known.example}.`);
  }
  switch (known.key) {
    case "text":
      return wordsOf(first);
    case "contains":
      return { type: "contains", text: first.text };
    case "duration":
    case "size": {
      const read = readRange(first.text, known.key);
      if ("problem" in read) return wrong(first, read.problem);
      return { type: "range", key: known.key, ...read.value };
    }
    case "after":
    case "before": {
      const read = readTime(first.text, now);
      if ("problem" in read) return wrong(first, read.problem);
      const isAfter = known.key === "after";
      const bounds = { from: isAfter ? read.value : null, to: isAfter ? null : read.value };
      return { type: "range", key: "time", ...bounds, isStrict: !isAfter };
    }
    default:
      return namesOf(known.key, known.values, parts);
  }
}

/** The `kb` of `size:>64 kb`, which is a word to be looked for as it stands. */
function strayUnit(before: Token | null, { key, parts }: Token): LogQueryProblem | null {
  const [word, range] = [parts[0], before?.parts[0]];
  const measure = (["duration", "size"] as const).find(
    (one) => one === before?.key?.text.toLowerCase(),
  );
  if (key !== null || !word || !range || !measure || !isUnit(word.text, measure)) return null;
  if (isQuoted(word) || !/\d$/.test(range.text)) return null;
  return wrong(word, `Write it without the blank: ${measure}:${range.text}${word.text}.`);
}

const NO_OPERATOR =
  "There are no operators: all terms have to hold, “status:error,cancelled” is one or the other, and “-” before a term excludes. Put a word that is meant in quotes.";

/** What the index knows as a word has one of these. */
const WORD = /[\p{L}\p{N}\p{Co}]/u;

const wordsOf = (part: Part): LogCondition | LogQueryProblem =>
  WORD.test(part.text)
    ? { type: "text", text: part.text }
    : wrong(part, "There is no letter or digit to look for. Write contains: before it.");

function namesOf(
  key: LogNameKey,
  known: LogKey["values"],
  parts: readonly Part[],
): LogCondition | LogQueryProblem {
  const beyond = parts[MAX_VALUES];
  if (beyond) return wrong(beyond, `“${key}” takes at most ${MAX_VALUES} values.`);
  const isKnown = known.length > 0;
  const values = parts.map(({ text }) => (isKnown ? text.toLowerCase() : text));
  const odd = values.findIndex((value) =>
    isKnown ? !known.includes(value) : key === "http" && !HTTP_STATUS.test(value),
  );
  const part = parts[odd];
  if (part === undefined) return { type: "name", key, values };
  if (!isKnown) return wrong(part, "Write it as in 404 or 5*.");
  return wrong(part, `“${key}” is one of ${known.join(", ")}.`);
}

const HTTP_STATUS = /^[1-5](?:\d\d|\d?\*)$/;

function unknownKey(text: string): string {
  const key = text.toLowerCase();
  const [nearest] = LOG_KEYS.map((known) => ({ known, changes: changesBetween(key, known.key) }))
    .filter(({ known, changes }) => changes <= MAX_CHANGES || (key && known.key.startsWith(key)))
    .sort((one, other) => one.changes - other.changes);
  const meant = nearest ? ` Is “${nearest.known.key}” meant?` : "";
  return `There is no key “${text}”.${meant} Put text with a colon in quotes.`;
}

/** A word with more wrong letters is another word. */
const MAX_CHANGES = 2;

/** How many letters have to be put in, taken out or replaced: Levenshtein's distance. */
function changesBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [above, letter] of one.split("").entries()) {
    const next = [above + 1];
    for (const [left, otherLetter] of other.split("").entries()) {
      const replaced = (row[left] ?? 0) + (letter === otherLetter ? 0 : 1);
      next.push(Math.min(replaced, (row[left + 1] ?? 0) + 1, (next[left] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
