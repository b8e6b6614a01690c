import { findShapes } from "./shapes.ts";

/** What is shorter says too little to be looked for, characters. */
export const MIN_LENGTH = 6;

/** Values that settings have; taken for secrets they would be removed all over a log. */
const EVERYDAY = new Set(
  `enabled disabled default production development staging testing localhost verbose warning
  warnings notice critical message messages standard public private internal external system
  server servers client clients gateway profile profiles secret secrets password passwords
  passphrase username account service services request response session sessions message
  connection database application bearer stdout stderr console browser chrome firefox chromium
  headless always never manual automatic github gitlab google openai anthropic docker node npm
  python memory sqlite postgres string number boolean object removed undefined unknown
  status version command config configuration settings filesystem everything`.split(/\s+/),
);

const ADDRESS =
  /^(?:localhost|[\w-]+\.local|\[?[\da-f:]*::[\da-f:]*\]?|\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?$/i;
const MEDIA_TYPE = /^(?:application|text|image|audio|video|multipart|\*)\/[\w.+*-]+(?:[;,].*)?$/;
const URL_START = /^[a-z][a-z\d+.-]*:\/\//i;
const PATH_START = /^(?:~|\.{1,2})?[\\/]|^[A-Za-z]:[\\/]/;

/**
 * Whether a value is so particular that it can be removed wherever it is seen. Not so are
 *
 * - up to 5 characters, and up to 7 digits: a port, a limit, a year;
 * - a date, a version, a number with punctuation, an address of this computer or of a network;
 * - a single word that settings have as their value, such as `production`;
 * - a path or URL that is made of words: no user, no query, no part with letters and digits mixed;
 * - a media type, such as `application/json`.
 */
export function isParticular(value: string): boolean {
  if (value.length < MIN_LENGTH || new Set(value).size < 2) return false;
  if (/^\d{1,7}$/.test(value)) return false;
  // Twelve digits and more are no date, but may be a card or an account.
  if (/^[\d\s.,:/_+TZ-]+$/.test(value) && !/^\d+$/.test(value)) {
    return value.replace(/\D/g, "").length > 17;
  }
  if (EVERYDAY.has(value.toLowerCase()) || ADDRESS.test(value) || MEDIA_TYPE.test(value)) {
    return false;
  }
  return !isPlainPlace(value);
}

/** Whether it only says where something is. */
function isPlainPlace(value: string): boolean {
  const isUrl = URL_START.test(value);
  if (!isUrl && !PATH_START.test(value)) return false;
  if (isUrl && /[@?#]/.test(value)) return false;
  return value.split(/[\\/]/).every((part) => part.length <= 40 && !isMixed(part));
}

/** Whether letters and digits, or large and small letters, are mixed as in no word. */
const isMixed = (part: string): boolean =>
  (part.match(/\d/g)?.length ?? 0) >= 3
    ? /[A-Za-z]/.test(part) && part.length >= 8
    : (part.match(/[a-z][A-Z]|[A-Z][a-z]/g)?.length ?? 0) > 5;

const SCHEME_AND_CREDENTIALS = /^(?:bearer|basic|token|apikey|ssws|negotiate)\s+(\S+)$/i;
const USER_AND_PASSWORD = /^[^\s:/]{1,200}:(?!\/\/)(\S.*)$/s;

/** As ours are printed; people write them without the dashes, and small. */
const RECOVERY_KEY = /^[\dA-Z]{4}(?:-[\dA-Z]{4}){7}$/;

/** So many parts within parts are looked into: a value may be nothing but colons. */
const MAX_DEPTH = 8;

/**
 * The value and what of it is a secret by itself: the credentials behind a scheme, the password
 * behind a user, lines of what has several, what is named within a connection string or JSON.
 */
export function partsOf(value: string): Set<string> {
  const parts = new Set<string>();
  const look = (part: string, depth: number): void => {
    const trimmed = part.trim();
    if (trimmed === "" || parts.has(trimmed) || depth > MAX_DEPTH) return;
    parts.add(trimmed);
    const add = (inner: string): void => look(inner, depth + 1);
    for (const { start, end } of findShapes(trimmed)) add(trimmed.slice(start, end));
    const lines = trimmed.split(/\r?\n/);
    if (lines.length > 1) {
      for (const line of lines) if (line.length >= 12 && !line.startsWith("-----")) add(line);
    }
    const credentials = SCHEME_AND_CREDENTIALS.exec(trimmed)?.[1];
    if (credentials !== undefined) {
      add(credentials);
      if (/^basic/i.test(trimmed)) add(Buffer.from(credentials, "base64").toString("utf8"));
    }
    const password = URL_START.test(trimmed) ? undefined : USER_AND_PASSWORD.exec(trimmed)?.[1];
    if (password !== undefined) add(password);
    if (RECOVERY_KEY.test(trimmed)) {
      for (const separator of ["", " "]) {
        const other = trimmed.replaceAll("-", separator);
        for (const form of [other, other.toLowerCase()]) parts.add(form);
      }
    }
    const decoded = percentDecoded(trimmed);
    if (decoded !== null) add(decoded);
  };
  look(value, 0);
  return parts;
}

function percentDecoded(text: string): string | null {
  if (!/%[\da-f]{2}/i.test(text)) return null;
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that encodes nothing.
    return null;
  }
}

/** The ways in which a value is written into texts, itself among them. */
export function formsOf(value: string): Set<string> {
  const bytes = Buffer.from(value, "utf8");
  const escaped = JSON.stringify(value).slice(1, -1);
  // In quotes of the other kind, as Node and Python print a text that has this kind in it.
  const printed = escaped.replaceAll(String.raw`\"`, '"');
  const percent = encodeURIComponent(bytes.toString("utf8"));
  const strict = percent.replace(/[!'()*]/g, (sign) => `%${hexOf(sign)}`);
  const percentForms = [percent, strict, percent.replaceAll("%20", "+")];
  const forms = [
    value,
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    escaped.replaceAll("/", String.raw`\/`),
    printed,
    printed.replaceAll("'", String.raw`\'`),
    value.replaceAll("'", String.raw`'\''`),
    escaped.replace(
      /[\u0080-\uffff]/g,
      (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
    value.replace(/[&<>"']/g, (sign) => HTML[sign] ?? sign),
    ...percentForms,
    ...percentForms.map((form) => form.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase())),
    ...base64Forms(bytes),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    // As a number that JSON holds it is no longer exact.
    ...(/^\d{16,}$/.test(value) ? [String(Number(value))] : []),
  ];
  return new Set(forms.filter((form) => form.length >= MIN_LENGTH));
}

const HTML: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const hexOf = (sign: string): string => sign.charCodeAt(0).toString(16).toUpperCase();

/** Wherever it stands within what is encoded; only what nothing beside it changes. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    const form = encoded.slice(Math.ceil((before * 8) / 6), whole);
    return [form, form.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
