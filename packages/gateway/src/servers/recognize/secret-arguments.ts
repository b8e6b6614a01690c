import { SECRET_MARK } from "@local-mcp/contract";
import { splitUrl } from "../url-secrets.ts";
import { baseOf, partsOf } from "./names.ts";

/** Words in the name of an option or variable whose value opens something. */
const SECRET_NAME =
  /(?:^|[-_.])(?:api[-_]?key|apikey|access[-_]?key|secret[-_]?key|auth[-_]?key|private[-_]?key|client[-_]?secret|secret|token|pat|password|passwd|passphrase|pass|pwd|bearer|authorization|cookie|credentials?|connection[-_]?string|dsn)$/i;
/** An option of this name holds a secret only where its value is long. */
const DOUBTFUL_NAME = /(?:^|[-_.])key$/i;
/** Options of these names are often given a file. */
const FILE_NAME = /(?:key|credentials?)$/i;
/** Within a whole connection in one argument, as databases and clouds hand them out. */
const CONNECTION = /(^|[;?&])(\s*(?:password|pwd|accountkey|sharedaccesskey)\s*=\s*)([^;]+)/gi;
/** From here on a value could be code, for which this stands in every language that matters. */
const CODE = /[\s|&`(]/;
const CODE_OR_END = /[\s;|&`(]/;

/** How providers begin their keys. */
const KEY_PREFIX =
  /^(?:sk|rk|pk)[-_](?:live|test|proj|ant|or)?[-_]?[A-Za-z0-9_-]{12,}$|^(?:gh[oprsu]_|github_pat_|glpat-|xox[abeprs]-|xapp-|AKIA|ASIA|AIza|ya29\.|npm_|pypi-|hf_|lin_api_|ntn_|secret_|SG\.|shp(?:at|ca|pa|ss)_|dop_v1_|figd_|tvly-|gsk_|r8_|fc-|pplx-|ATATT|lmg_|ctx7sk|smithery-|dckr_pat_|sbp_|whsec_)[A-Za-z0-9._=/+-]{8,}$/;
const JSON_WEB_TOKEN = /^eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const HEX = /^[0-9a-f]{32,}$/i;
const DENSE = /^[A-Za-z0-9_-]{24,}={0,2}$/;
const BASE64 = /^[A-Za-z0-9+/]{24,}={1,2}$/;
const URL_LIKE = /^[a-z][a-z0-9+.-]*:\/\//i;
/** A value that is put in elsewhere, with the scheme of a header before it or not. */
const MARK = /^(?:[A-Za-z]+\s+)?\$\{[A-Za-z_][\w:.-]*\}$/;
/** Bits per character from which on text of this length was hardly written by a person. */
const MIN_ENTROPY = 3.7;

export interface TakenArguments {
  /** With `${secret:name}` in the place of what looks secret. */
  args: string[];
  secrets: Record<string, string>;
}

/**
 * Takes out of arguments what looks like a secret: the value of an option or variable with a telling
 * name, a key of a known provider, long text that nobody types, user info and query values of URLs.
 * A value taken without need still works, since it is put back at each start; it is only not shown.
 * A UUID counts as one, since many services hand out keys in that form.
 *
 * Whoever agrees to a command reads it as it is afterwards. So nothing that could run is taken:
 * neither a program nor a package, nor what stands behind a secret in the same argument.
 */
export function takeSecretArguments(command: string, args: readonly string[]): TakenArguments {
  const taker = new Taker(/^(?:docker|podman)$/.test(baseOf(command)));
  const parts = partsOf([command, ...args]).slice(1);
  const taken = args.map((arg, at) =>
    parts[at] === "program"
      ? taker.takeFromProgram(arg)
      : taker.take(arg, args[at - 1] ?? "", parts[at] === "runner"),
  );
  return { args: taken, secrets: taker.secrets };
}

class Taker {
  readonly secrets: Record<string, string> = {};
  /** The number that the next mark of a name ends with. */
  readonly #next = new Map<string, number>();
  /** Whether `-e` goes before a variable, whose value nobody runs. */
  readonly #hasVariables: boolean;

  constructor(hasVariables: boolean) {
    this.#hasVariables = hasVariables;
  }

  /** The address of a package may have a user's key in it; what it is an address of is read. */
  takeFromProgram(arg: string): string {
    return URL_LIKE.test(arg) ? this.#url(arg) : arg;
  }

  /** @param isRunners whether it is what a runner is told, such as code or a package */
  take(arg: string, before: string, isRunners: boolean): string {
    if (arg === "") return arg;
    const connection = this.#connection(arg);
    if (connection !== arg) return connection;
    if (/^(?:--?header|-H)$/.test(before)) return this.#header(arg);
    const option = /^--?([A-Za-z][\w.-]*)$/.exec(before)?.[1];
    if (option !== undefined && !arg.startsWith("-") && isSecret(option, arg)) {
      return this.#mark(option, arg);
    }
    const pair = /^((?:--?)?([A-Za-z_][\w.-]*)=)([^]+)$/.exec(arg);
    // Base64 ends with the sign that is between name and value.
    if (pair && !URL_LIKE.test(arg) && !looksSecret(arg)) {
      const [, start = "", name = "", value = ""] = pair;
      if (/^header$/i.test(name)) return start + this.#header(value);
      if (!isSecret(name, value)) return start + this.#plain(value, name, isRunners);
      const isVariable = this.#hasVariables && /^(?:-e|--env)$/.test(before);
      const end = isVariable ? -1 : value.search(CODE_OR_END);
      if (end === -1) return start + this.#mark(name, value);
      // What is called is code itself.
      if (end === 0 || value[end] === "(") return arg;
      return start + this.#mark(name, value.slice(0, end)) + value.slice(end);
    }
    return this.#plain(arg, option, isRunners);
  }

  #connection(arg: string): string {
    if (URL_LIKE.test(arg)) return arg;
    return arg.replace(CONNECTION, (whole, sign: string, name: string, value: string) =>
      CODE.test(value) || MARK.test(value)
        ? whole
        : sign + name + this.#mark(/\w+/.exec(name)?.[0] ?? "connection", value),
    );
  }

  /** `Name: value`, with the scheme before the value left to be read. */
  #header(text: string): string {
    const header = /^([\w-]+)(:\s*)((?:Bearer|Basic|Token)\s+)?([^]+)$/i.exec(text);
    if (!header) return text;
    const [, name = "", colon = "", scheme = "", value = ""] = header;
    return MARK.test(value) ? text : `${name}${colon}${scheme}${this.#mark(name, value)}`;
  }

  #plain(arg: string, name: string | undefined, isRunners: boolean): string {
    if (URL_LIKE.test(arg)) return this.#url(arg);
    const looksLikeOne = isRunners ? hasFormOfKey(arg) : looksSecret(arg);
    return looksLikeOne ? this.#mark(name ?? "value", arg) : arg;
  }

  #url(arg: string): string {
    const hash = arg.indexOf("#");
    const fragment = hash === -1 ? "" : arg.slice(hash);
    const { template, secrets } = splitUrl(arg);
    const filled = template.replace(SECRET_MARK, (mark, name: string) => {
      const value = secrets[name];
      // A mark that was there already stays one.
      if (value === undefined) return mark;
      // A user without a password, as in git+ssh://git@host, opens nothing.
      return name === "url.user" && !value.includes(":") ? value : this.#mark(name, value);
    });
    return filled + fragment;
  }

  #mark(wanted: string, value: string): string {
    const base = wanted.replace(/[^A-Za-z0-9_.-]/g, "_").slice(0, 80);
    let name = base;
    let count = this.#next.get(base) ?? 2;
    for (; Object.hasOwn(this.secrets, name); count += 1) name = `${base}.${count}`;
    this.#next.set(base, count);
    this.secrets[name] = value;
    return `\${secret:${name}}`;
  }
}

/** Whether an option of this name has a secret in this value. */
function isSecret(option: string, value: string): boolean {
  const name = option.replace(/([a-z0-9])([A-Z])/g, "$1-$2");
  if (MARK.test(value) || URL_LIKE.test(value)) return false;
  if (FILE_NAME.test(name) && isPath(value)) return false;
  // As many as --max-token 4096 has, or whether there is to be one.
  if (/^\d{1,9}$|^(?:true|false|yes|no|on|off|none|null)$/i.test(value)) return false;
  return SECRET_NAME.test(name) || (DOUBTFUL_NAME.test(name) && value.length >= 16);
}

/** Whether a value looks like a secret by itself. */
function looksSecret(value: string): boolean {
  if (hasFormOfKey(value)) return true;
  if (isPath(value)) return false;
  if (UUID.test(value) || HEX.test(value)) return true;
  if (BASE64.test(value)) return entropy(value) >= MIN_ENTROPY;
  return DENSE.test(value) && isMixed(value) && entropy(value) >= MIN_ENTROPY;
}

const hasFormOfKey = (value: string): boolean =>
  KEY_PREFIX.test(value) || JSON_WEB_TOKEN.test(value);

const isPath = (value: string): boolean =>
  /^(?:~|\.{0,2})[\\/]|^[A-Za-z]:[\\/]|^~$/.test(value) ||
  /\.[A-Za-z][A-Za-z0-9]{0,5}$/.test(value);

/** Words joined by hyphens have letters; keys have digits among them, and more than a version's. */
const isMixed = (value: string): boolean =>
  /[A-Za-z]/.test(value) &&
  (value.match(/\d/g)?.length ?? 0) >= 3 &&
  value.split(/[-_]/).some((part) => part.length >= 10 && /[A-Za-z]/.test(part) && /\d/.test(part));

/** Shannon entropy, bits per character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / text.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}
