import { isOfName, isSecretName, nameBefore, SECRET_HINT } from "./names.ts";
import { eachMatch, type Finder, isPlaceholder, wordStart } from "./ranges.ts";
import { argumentAfter, NAME_END, valueAfter } from "./value-after.ts";
import { quotedAt, read, type Span, withoutScheme } from "./values.ts";

const HINT = new RegExp(SECRET_HINT, "gi");

/** Between a name and its value: `name=`, `name: `, `"name": `, `name => `, `name := `. */
const SEPARATOR = /\\{0,7}["']?\]?[ \t]{0,8}((?:={2,}|=>|:=|[=:])[ \t]{0,8})/y;

/** `--name value`, also as two elements of a list. */
const FLAG = new RegExp(
  `${wordStart(String.raw`[\w-]`)}${String.raw`--?([A-Za-z][\w-]{0,63})(?:[ \t]{1,4}|\\{0,7}["'],\s{0,8}(?=\\{0,7}["']))`}`,
  "g",
);

/** A header's name and its value as two elements of a list. */
export const HEADER_PAIR =
  /\\{0,7}["']([A-Za-z]{1,40}(?:-[A-Za-z]{1,40}){1,6}|authorization|cookie)\\{0,7}["'],\s{0,8}(?=\\{0,7}["'])/gi;

/** The name of a variable or header in one member, and its value in the next one. */
export const NAMED_VALUE =
  /\\{0,7}["'](?:name|key)\\{0,7}["']\s{0,4}:\s{0,4}\\{0,7}["']([\w.-]{1,80})\\{0,7}["'],\s{0,20}\\{0,7}["']value\\{0,7}["']\s{0,4}:\s{0,4}/gi;

/** Where there is none of these, there is none of those either. */
const HEADER_PAIR_END = /\\{0,7}["'],/y;
const HEADER_NAME_END = /(?:-[a-z]{1,40}|authorization|cookie)$/i;
const MAX_NAME_END = 41;
const VALUE_MEMBER = /["']value\\{0,7}["']/i;

const ELEMENT = /<([\w:.-]{1,80})>([^<>]{1,4096})/g;

/** Finds the values of names that say that they are secret. */
export const findNamedValues: Finder = (text, add) => {
  let isPair = false;
  let nameEnd = 0;
  let valueEnd = 0;
  HINT.lastIndex = 0;
  while (HINT.test(text)) {
    if (HINT.lastIndex <= nameEnd) continue;
    nameEnd = HINT.lastIndex;
    while (isOfName(text.charCodeAt(nameEnd))) nameEnd += 1;
    isPair ||= isHeaderEnd(text, nameEnd);
    SEPARATOR.lastIndex = nameEnd;
    const separator = SEPARATOR.exec(text)?.[1];
    if (separator === undefined) continue;
    const at = SEPARATOR.lastIndex;
    // What stands in the value of another one is none.
    const named = at - separator.length < valueEnd ? null : nameBefore(text, nameEnd);
    if (named !== null) valueEnd = remove(text, valueAfter(text, at, named, separator), add);
  }
  // Nothing is called as secrets are.
  if (nameEnd === 0) return;
  findArguments(text, add);
  if (isPair) findInPairs(HEADER_PAIR)(text, add);
  if (VALUE_MEMBER.test(text)) findInPairs(NAMED_VALUE)(text, add);
  findInElements(text, add);
};

/** Whether a name that ends there may be a header's, with its value as the next element. */
const isHeaderEnd = (text: string, at: number): boolean =>
  read(HEADER_PAIR_END, text, at) !== "" &&
  HEADER_NAME_END.test(text.slice(Math.max(0, at - MAX_NAME_END), at));

/** @returns where it ends */
export function remove(text: string, [start, end]: Span, add: Parameters<Finder>[1]): number {
  if (end > start && !isPlaceholder(text.slice(start, end))) add({ start, end, what: "value" });
  return end;
}

export const findArguments: Finder = (text, add) => {
  FLAG.lastIndex = 0;
  for (let found = FLAG.exec(text); found; found = FLAG.exec(text)) {
    const [, name = ""] = found;
    if (!isSecretName(name)) continue;
    FLAG.lastIndex = remove(text, argumentAfter(text, FLAG.lastIndex, name), add);
  }
};

/** @param form ends where the value of its name begins */
export const findInPairs =
  (form: RegExp): Finder =>
  (text, add) => {
    eachMatch(form, text, ({ 0: whole, 1: name = "", index }) => {
      if (!isSecretName(name)) return;
      const quoted = quotedAt(text, index + whole.length);
      // What a colon follows is the next name.
      if (!quoted || read(NAME_END, text, quoted[1]) !== "") return;
      remove(text, withoutScheme(text, quoted), add);
    });
  };

export const findInElements: Finder = (text, add) => {
  eachMatch(ELEMENT, text, ({ 0: whole, 1: name = "", 2: value = "", index }) => {
    const end = index + whole.length;
    const isElement = text.startsWith("</", end) && isSecretName(name);
    if (isElement && value.trim() !== "") remove(text, [end - value.length, end], add);
  });
};
