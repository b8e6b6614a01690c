/** The last word of a name whose value is secret: `GITHUB_TOKEN`, `dbPassword`, `Set-Cookie`. */
const SECRET_WORDS = new Set(
  `token secret password passwd passphrase passcode pwd pass authorization cookie credential
  credentials apikey apitoken accesstoken authtoken clientsecret secretkey privatekey pat dsn
  bearer`.split(/\s+/),
);

/** The same for the last two words. */
const SECRET_PAIRS = new Set(
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

/** Some of each of these words: most names have none of it, and are passed by. */
const HINT = /tok|sec|pas|pwd|auth|cook|cred|key|pat|dsn|bear|sess|url|string/i;

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
  if (!HINT.test(name)) return false;
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
