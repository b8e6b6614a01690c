/** A part of a text that is to go. */
export interface Range {
  start: number;
  end: number;
  /** Names what was there; null says only that something was. */
  what: string | null;
}

/** Finds what is to go; in any order, and parts may overlap. */
export type Finder = (text: string, add: (range: Range) => void) => void;

/**
 * Tells of each match of a global expression. Without an array of all, and without the copy of the
 * expression that `matchAll` makes: texts are short and many.
 */
export function eachMatch(
  form: RegExp,
  text: string,
  found: (match: RegExpExecArray) => void,
): void {
  form.lastIndex = 0;
  for (let match = form.exec(text); match; match = form.exec(text)) found(match);
}

/** What comes before a line in a string of JSON: its letter is no part of the word that follows. */
const ESCAPE = String.raw`(?<=\\[nrt])`;

/**
 * As the beginning of an expression: where a word begins.
 *
 * @param ofWord what words are made of, a class of characters
 */
export const wordStart = (ofWord: string): string => `(?:(?<!${ofWord})|${ESCAPE})`;

/** What stands in the place of something removed. */
export const placeholder = (what: string | null): string =>
  what === null ? "[removed]" : `[removed: ${what}]`;

/** Whether something was removed here before. */
export const isPlaceholder = (text: string): boolean => text.startsWith("[removed");

/** The text with a placeholder for each part; of parts that overlap the first one names them all. */
export function without(text: string, ranges: readonly Range[]): string {
  if (ranges.length === 0) return text;
  const kept: string[] = [];
  let at = 0;
  let end = 0;
  for (const range of ranges.toSorted((one, other) => one.start - other.start)) {
    if (range.start >= end) {
      kept.push(text.slice(at, range.start), placeholder(range.what));
    }
    end = Math.max(end, range.end);
    at = end;
  }
  kept.push(text.slice(at));
  return kept.join("");
}
