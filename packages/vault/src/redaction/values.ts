import { isPasswordName, isSecretName, isSessionName } from "./names.ts";

/** From where to where; empty where there is nothing. */
export type Span = readonly [start: number, end: number];

const QUOTE = /\\{0,7}["'`]/y;
const SCHEME = /(?:Bearer|Basic|Digest|Negotiate|Token|ApiKey|SSWS|AWS4-HMAC-SHA256)[ \t]{1,4}/iy;

/** What people write where a value would stand. */
const NO_VALUE =
  /^(?:true|false|null|nil|undefined|none|yes|no|on|off|set|unset|missing|required|optional|invalid|expired|revoked|empty|unknown|string|number|boolean|object|array|any|text|void|await|new|this|function|async|typeof|require|redacted|hidden|secret|password|token|value|key|-+|\*+|x{3,}|\.{2,}|…+)$/i;
/** What is put in elsewhere: `$TOKEN`, `${secret:name}`, `%TOKEN%`, `{{token}}`, `<token>`. */
const PLACEHOLDER =
  /^(?:\$[A-Z_][A-Z\d_]*|\\?\$\{[^{}]{1,200}\}?|\$\([^()]{0,200}\)?|%\w+%|\{\{[^{}]{1,80}\}?\}?|<[\w .:|=-]{1,80}>?)$/;
/** A name that code reads, a call, the beginning of a type or of a pattern. */
const CODE =
  /^(?:[({[!/|?]|[A-Za-z_$#][\w$#]*(?:\.[A-Za-z_$][\w$]*)*[([]|[A-Za-z_$#]+(?:\.[A-Za-z_$#]+)+$|(?:process|os|import|this|self|request|response|config|options|params|args|env|settings)\.\w)/;
/** A quoted description. */
const SENTENCE = /^(?:[A-Za-z'’(),-]+ ){2,60}[A-Za-z'’)]+[.!?]$/;
/**
 * What holds a place, or is code, is no longer, characters. Whatever is longer is a value, and so is
 * not read anew from each name that stands in it: hours for a megabyte that somebody makes of names.
 */
const MAX_NO_VALUE = 256;
const PROSE_WORD = /^[A-Za-z][A-Za-z'’-]*$/;
const PROSE_GOES_ON = /^[.:!?]?[ \t]+[A-Za-z(“"']/;

/** What a sticky expression matches at a place. */
export function read(form: RegExp, text: string, at: number): string {
  form.lastIndex = at;
  return form.exec(text)?.[0] ?? "";
}

/** The inside of what is quoted at a place; to the end of the text where nothing ends it. */
export function quotedAt(text: string, at: number): Span | null {
  const opening = read(QUOTE, text, at);
  if (opening === "") return null;
  const quote = opening.slice(-1);
  const escapes = opening.length - 1;
  const start = at + opening.length;
  for (let end = text.indexOf(quote, start); end !== -1; end = text.indexOf(quote, end + 1)) {
    let slashes = 0;
    while (end - slashes > start && text[end - slashes - 1] === "\\") slashes += 1;
    // Each level of JSON within JSON doubles them; what is left over escapes the quote.
    const isEnd = slashes >= escapes && (slashes - escapes) % (2 * (escapes + 1)) === 0;
    if (isEnd) return [start, end - escapes];
  }
  return [start, text.length];
}

/** What names the kind of credentials in a header stays. */
export function withoutScheme(text: string, [start, end]: Span): Span {
  const scheme = read(SCHEME, text, start);
  return start + scheme.length < end ? [start + scheme.length, end] : [start, end];
}

/** Whether what stands behind a name only holds its place, or says something about it. */
export function isNoValue(value: string, name: string): boolean {
  if (value.length > MAX_NO_VALUE) return false;
  const trimmed = withoutPunctuation(value);
  if (trimmed === "" || NO_VALUE.test(trimmed) || PLACEHOLDER.test(trimmed)) return true;
  if (isSessionName(name) && !/\d/.test(value)) return true;
  // As many as `token: 4096` has.
  return /^\d{1,6}$/.test(trimmed) && !isPasswordName(name);
}

/** Not by an expression: one that ends in `$` begins anew at every character of a long row of dots. */
const withoutPunctuation = (value: string): string => {
  let end = value.length;
  while (end > 0 && ".,;:!?".includes(value.charAt(end - 1))) end -= 1;
  return value.slice(0, end);
};

/** Whether what is quoted describes what the name stands for. */
export const isDescription = (value: string, name: string): boolean =>
  !isPasswordName(name) && SENTENCE.test(value);

/** Whether a word without quotes is code: another name, or the beginning of something longer. */
export const isCode = (word: string): boolean =>
  word.length <= MAX_NO_VALUE &&
  (CODE.test(word) || (/^[A-Za-z_$]+$/.test(word) && isSecretName(word)));

/** Whether a word is the first one of several. */
export const isProse = (word: string, text: string): boolean => {
  const bare = word.replace(/[.:!?]$/, "");
  return PROSE_WORD.test(bare) && PROSE_GOES_ON.test(text.slice(bare.length));
};
