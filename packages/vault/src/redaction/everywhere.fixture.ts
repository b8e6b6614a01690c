import { KEY_FORM } from "./key-forms.ts";
import {
  findCredentials,
  findPrivateKeys,
  findWebTokens,
  RECOVERY_KEY,
  SPACED_RECOVERY_KEY,
} from "./keys.ts";
import {
  findArguments,
  findInElements,
  findInPairs,
  HEADER_PAIR,
  NAMED_VALUE,
  remove,
} from "./named-values.ts";
import { nameBefore } from "./names.ts";
import { eachMatch, type Finder, type Range } from "./ranges.ts";
import { findInUrls } from "./urls.ts";
import { valueAfter } from "./value-after.ts";

/**
 * What {@link findShapes} finds, looked for at every place of a text with every expression: slow, and
 * without anything that could pass by a secret.
 */
export function findEverywhere(text: string): Range[] {
  const ranges: Range[] = [];
  const finders = [
    findPrivateKeys,
    findCredentials,
    findWebTokens,
    keysEverywhere,
    urlsEverywhere,
    valuesEverywhere,
    findArguments,
    findInPairs(HEADER_PAIR),
    findInPairs(NAMED_VALUE),
    findInElements,
  ];
  for (const find of finders) find(text, (range) => ranges.push(range));
  return ranges;
}

const keysEverywhere: Finder = (text, add) => {
  for (const form of [KEY_FORM, RECOVERY_KEY, SPACED_RECOVERY_KEY]) {
    eachMatch(form, text, ({ 0: key, index }) => {
      const name = key.startsWith("lmg_") ? "access token" : "key";
      const what = form === KEY_FORM ? name : "recovery key";
      add({ start: index, end: index + key.length, what });
    });
  }
};

const URL_FORM = /(?<![\w+.-])[a-z][a-z\d+.-]{1,30}:\/\/[^\s"'<>`\\]+/gi;

const urlsEverywhere: Finder = (text, add) =>
  eachMatch(URL_FORM, text, ({ 0: url, index }) =>
    findInUrls(url, ({ start, end, what }) =>
      add({ start: index + start, end: index + end, what }),
    ),
  );

const SEPARATOR = /(?:={2,}|=>|:=|[=:])[ \t]{0,8}/g;
const BEFORE_SEPARATOR = /\\{0,7}["']?\]?[ \t]{0,8}$/;

const valuesEverywhere: Finder = (text, add) => {
  SEPARATOR.lastIndex = 0;
  for (let found = SEPARATOR.exec(text); found; found = SEPARATOR.exec(text)) {
    const before = text.slice(Math.max(0, found.index - 17), found.index);
    const end = found.index - (BEFORE_SEPARATOR.exec(before)?.[0].length ?? 0);
    const named = nameBefore(text, end);
    if (named === null) continue;
    SEPARATOR.lastIndex = remove(text, valueAfter(text, SEPARATOR.lastIndex, named, found[0]), add);
  }
};
