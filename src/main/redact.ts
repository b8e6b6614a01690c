/** Names whose values are secret wherever they stand: headers, variables, parameters, flags. */
const SECRET_NAME =
  /(api[-_]?key|token|secret|pass(word|phrase|wd)?|authorization|cookie|credential|private[-_]?key|session[-_]?id|signature)$/i;
/** What may come before it in a name is bounded, since each place of a text may begin one. */
const SECRET_WORD = String.raw`(?:\b[\w-]{0,64}?)?(?:api[-_]?key|token|secret|password|passphrase|passwd|authorization|cookie|credentials?|private[-_]?key|signature)`;

const removed = (what: string): string => `[removed: ${what}]`;

/** In this order: what has a form of its own first, then what only its name gives away. */
const RULES: readonly [RegExp, (...groups: string[]) => string][] = [
  [
    /\b(?:https?|wss?|sqlite|postgres(?:ql)?|rediss?|mysql):\/\/[^\s"'<>`\\]+/gi,
    (url) => cleanUrl(url),
  ],
  [
    /\b(Bearer|Basic)\s+[\w.~+/=-]{4,}/gi,
    (_, scheme = "") => `${scheme} ${removed("credentials")}`,
  ],
  [/\blmg_[\w-]+/g, () => removed("access token")],
  [/\beyJ[\w-]{8,4000}\.[\w-]+(\.[\w-]*)?/g, () => removed("token")],
  [
    /\b(sk|pk|rk)[-_][\w-]{12,}|\bgh[pousr]_\w{16,}|\bgithub_pat_\w{16,}|\bxox[a-z]-[\w-]{8,}|\bAKIA[0-9A-Z]{12,}|\bAIza[\w-]{20,}|\bglpat-[\w-]{12,}|\b(npm|hf|gsk|dop_v1|lin_api|ntn|sbp|whsec|shp(at|ca|pa|ss)|dckr_pat|figd)_[\w-]{16,}|\bpypi-[\w-]{16,}|\bATATT[\w-]{12,}/g,
    () => removed("key"),
  ],
  [
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    () => removed("private key"),
  ],
  [
    new RegExp(
      String.raw`((?:--?)?${SECRET_WORD})(["']?\s*[=:]\s*|\s+)(?!\[removed)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;&}"']+)`,
      "gi",
    ),
    (match, name = "", gap = "") =>
      // Words after a name are prose, unless the name is a flag.
      /^\s+$/.test(gap) && !name.startsWith("-") ? match : `${name}${gap}${removed("value")}`,
  ],
];

/** The text without anything that is, or looks like, a secret. */
export function redactText(text: string): string {
  return RULES.reduce((clean, [form, replace]) => clean.replace(form, replace), text);
}

/** What is longer says nothing more to a reader, characters. */
const MAX_TEXT = 8 * 1024;

const shortened = (text: string): string =>
  text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;

/** The same for a value of JSON, whose members say by name what is secret. */
export function redactJson(value: unknown): unknown {
  if (typeof value === "string") return redactText(shortened(value));
  if (Array.isArray(value)) return value.map(redactJson);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      SECRET_NAME.test(name) && typeof member === "string" ? removed("value") : redactJson(member),
    ]),
  );
}

/** User info, the values of the query and the fragment are nobody's but the two ends'. */
function cleanUrl(text: string): string {
  if (!URL.canParse(text)) return removed("URL");
  const url = new URL(text);
  if (!url.username && !url.password && !url.search && !url.hash) return text;
  if (url.username !== "" || url.password !== "") {
    url.username = "removed";
    url.password = "";
  }
  const names = [...new Set(url.searchParams.keys())];
  const query = names.map((name) => `${encodeURIComponent(name)}=[removed]`).join("&");
  const hash = url.hash === "" ? "" : "#[removed]";
  url.search = "";
  url.hash = "";
  return `${url.href}${query === "" ? "" : `?${query}`}${hash}`;
}
