/** The last word of a name whose value is secret: `GITHUB_TOKEN`, `dbPassword`, `Set-Cookie`. */
export const SECRET_WORDS = new Set(
  `token secret password passwd passphrase passcode pwd pass authorization cookie credential
  credentials apikey apitoken accesstoken authtoken clientsecret secretkey privatekey pat dsn
  bearer`.split(/\s+/),
);

/** The same for the last two words. */
export const SECRET_PAIRS = new Set(
  `api_key access_key secret_key private_key auth_key encryption_key signing_key master_key
  account_key storage_key shared_key service_key session_id session_key connection_string
  recovery_key deploy_key publishable_key jwt_key sas_url webhook_url set_cookie`.split(/\s+/),
);

/** What stands before `token` where it is a place in a list, a count or a unit of text. */
const PLAIN_TOKENS = new Set(
  `next page progress continuation sync max min num count total prompt completion input output
  start stop end eos bos pad unk sep cls mask cancel cancellation special per first last previous
  prev resume lexer syntax current unexpected`.split(/\s+/),
);

/** What may stand behind the words that count: `SECRET_KEY_BASE`, `API_KEY_2`, `TOKEN_PROD`. */
const ENDINGS = new Set(
  "value base prod production dev staging test live old new primary secondary raw plain b64".split(
    " ",
  ),
);

/**
 * Some of each of these words, for pairs of the first or the second: most names have none of it, and
 * most texts little.
 */
export const SECRET_HINT =
  /token|secret|pass|pwd|authorization|cookie|credential|key|pat(?!h|tern)|dsn|bearer|session|connection|webh|sas/i;

/** A name that begins so says whether, or what is done: `hasPassword`, `onSecret`. */
const QUESTIONS = new Set(
  "allow needs need has is without on no uses requires show hide get set ask enter forgot".split(
    " ",
  ),
);

/** Nobody counts these. */
const PASSWORDS = new Set("password passwd passphrase passcode pwd".split(" "));

const wordsOf = (name: string): string[] => {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== "");
  while (words.length > 1 && isEnding(words.at(-1) ?? "")) words.pop();
  return words;
};

const isEnding = (word: string): boolean => /^\d+$/.test(word) || ENDINGS.has(word);

/**
 * Whether the value of a header, variable, parameter, member or flag of this name is secret. What is
 * only counted or paged with is not: `max_tokens`, `nextPageToken`, `progressToken`.
 */
export function isSecretName(name: string): boolean {
  return SECRET_HINT.test(name) && isSecretByWords(name);
}

/** The same, for whoever wants to know it without the hint. */
export function isSecretByWords(name: string): boolean {
  const words = wordsOf(name);
  const last = words.at(-1) ?? "";
  const before = words.at(-2) ?? "";
  if (last === "token" && PLAIN_TOKENS.has(before)) return false;
  if (SECRET_PAIRS.has(`${before}_${last}`)) return true;
  return SECRET_WORDS.has(last) && !(words.length > 1 && QUESTIONS.has(words[0] ?? ""));
}

/** Whether it names a session: what a program calls so may be a word of its own. */
export const isSessionName = (name: string): boolean => /session[-_.]?(?:id|key)$/i.test(name);

/** Whether it is the name of a password, which may be any number; a `token` may be a count. */
export const isPasswordName = (name: string): boolean => PASSWORDS.has(wordsOf(name).at(-1) ?? "");

/** So much of a name is read. */
export const MAX_NAME = 80;

/** A name in a text, and where it begins there. */
export interface Named {
  name: string;
  start: number;
}

/** The secret name that ends at a place; null where there is none. */
export function nameBefore(text: string, end: number): Named | null {
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
export function isOfName(code: number): boolean {
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
