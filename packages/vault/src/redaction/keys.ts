import { findKeyForms } from "./key-forms.ts";
import { eachMatch, type Finder, wordStart } from "./ranges.ts";

const WORD_START = wordStart(String.raw`[\w-]`);

/** Eight groups of four of Crockford's base32, as a recovery key of ours is printed. */
export const RECOVERY_KEY = new RegExp(
  String.raw`${WORD_START}(?=[\w-]{0,38}\d)[\dA-HJKMNP-TV-Z]{4}(?:-[\dA-HJKMNP-TV-Z]{4}){7}(?![\w-])`,
  "gi",
);
export const SPACED_RECOVERY_KEY = new RegExp(
  String.raw`${WORD_START}(?=[\w ]{0,38}\d)[\dA-HJKMNP-TV-Z]{4}(?: [\dA-HJKMNP-TV-Z]{4}){7}(?![\w-])`,
  "g",
);

/** Length of a group with what separates it from the next. */
const GROUP = 5;
const GROUPS = 8;
const DASH = 45;
const BLANK = 32;
const LARGE_Z = 90;
const SMALL_Z = 122;

/**
 * Whether there are so many separators at the distances that they have in a key, behind a sign that
 * is no later in Unicode than the last of a key.
 */
function mayHoldRecoveryKey(text: string, separator: number, lastSign: number): boolean {
  const reach = GROUP * (GROUPS - 1);
  // One of five places in a row is a separator, wherever in the key they are.
  for (let block = GROUP - 1; block < text.length; block += reach - 2 * GROUP) {
    for (let at = block; at < block + GROUP; at += 1) {
      if (text.charCodeAt(at) !== separator || text.charCodeAt(at - 1) > lastSign) continue;
      let start = at;
      let end = at + GROUP;
      while (text.charCodeAt(start - GROUP) === separator) start -= GROUP;
      while (text.charCodeAt(end) === separator) end += GROUP;
      if (end - start >= reach) return true;
    }
  }
  return false;
}

const findRecoveryKeys: Finder = (text, add) => {
  const forms = [
    [RECOVERY_KEY, DASH, SMALL_Z],
    // People who write it with blanks leave its letters large.
    [SPACED_RECOVERY_KEY, BLANK, LARGE_Z],
  ] as const;
  for (const [form, separator, lastSign] of forms) {
    if (!mayHoldRecoveryKey(text, separator, lastSign)) continue;
    eachMatch(form, text, ({ 0: key, index }) =>
      add({ start: index, end: index + key.length, what: "recovery key" }),
    );
  }
};

export const findKeys: Finder = (text, add) => {
  findKeyForms(text, add);
  findRecoveryKeys(text, add);
};

const TOKEN_RUN = /[\w-]{10,}(?:\.[\w-]+)+\.?/y;
const RUN = /[\w-]*/y;

/** JSON web tokens, signed or encrypted (RFC 7519): what begins as `{"` does in base64. */
export const findWebTokens: Finder = (text, add) => {
  let at = text.indexOf("eyJ");
  while (at !== -1) {
    TOKEN_RUN.lastIndex = at;
    const token = TOKEN_RUN.exec(text)?.[0] ?? "";
    if (token !== "") add({ start: at, end: at + token.length, what: "token" });
    // What begins within the same run ends like it.
    RUN.lastIndex = at;
    const run = RUN.exec(text)?.[0] ?? "";
    at = text.indexOf("eyJ", at + Math.max(run.length, token.length));
  }
};

const PRIVATE_KEY = /-----BEGIN [A-Z\d ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const PRIVATE_KEY_END = /-----END [A-Z\d ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

/** Private keys in PEM (RFC 7468), to the end of the text where they have none. */
export const findPrivateKeys: Finder = (text, add) => {
  PRIVATE_KEY.lastIndex = 0;
  for (let begin = PRIVATE_KEY.exec(text); begin; begin = PRIVATE_KEY.exec(text)) {
    PRIVATE_KEY_END.lastIndex = PRIVATE_KEY.lastIndex;
    const last = PRIVATE_KEY_END.exec(text);
    const end = last ? last.index + last[0].length : text.length;
    add({ start: begin.index, end, what: "private key" });
    PRIVATE_KEY.lastIndex = end;
  }
};

const CREDENTIALS = new RegExp(
  String.raw`${WORD_START}(?:Bearer|Basic)[ \t]{1,4}([\w.~+/-]{4,}={0,2})`,
  "gi",
);

/** What follows the scheme in a header. Words that follow it are prose. */
export const findCredentials: Finder = (text, add) => {
  eachMatch(CREDENTIALS, text, ({ 0: whole, 1: credentials = "", index }) => {
    const end = index + whole.length;
    const isWord = credentials
      .split(/[./-]/)
      .every((part) => /^(?:[A-Z]?[a-z]{0,19}|[A-Z]{1,12})$/.test(part));
    // A parameter of a challenge, such as `realm="…"`, opens nothing.
    if (isWord || (credentials.endsWith("=") && text[end] === '"')) return;
    add({ start: end - credentials.length, end, what: "credentials" });
  });
};
