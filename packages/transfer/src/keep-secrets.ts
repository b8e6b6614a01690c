import {
  type AnyEntity,
  CONTENT,
  type Entity,
  type ServerFields,
  type ToolFields,
} from "./entity.ts";
import { marksIn, marksOf } from "./marks.ts";

type Server = Entity<"server">;
type Tool = Entity<"tool">;
type Config = ServerFields["config"];
type Remote = Exclude<Config, { transport: "stdio" }>;
type Fixed = ToolFields["headers"];

/** A secret by its name, without its value. */
const UNSAID = { value: "", plain: false };

const isGiven = <Value>(value: Value | null | undefined): value is Value =>
  value !== null && value !== undefined;

/**
 * What a file wants, with every secret that is stored and that the file does not name, or names
 * without a value: those are kept, and `withheld` lists them. So a file without secrets clears none,
 * and neither does one that says nothing of credentials.
 *
 * @param before what is stored
 */
export function keepSecrets(wanted: AnyEntity, before: AnyEntity): AnyEntity {
  if (wanted.kind === "server" && before.kind === "server") return ofServer(wanted, before);
  if (wanted.kind === "tool" && before.kind === "tool") return ofTool(wanted, before);
  if (wanted.kind === "resource" && before.kind === "resource") return ofResource(wanted, before);
  return wanted;
}

/** Content that a file does not have clears none either. */
function ofResource(wanted: Entity<"resource">, before: Entity<"resource">): Entity<"resource"> {
  if (!wanted.withheld.includes(CONTENT)) return wanted;
  const { content, enabled } = before.fields;
  return { ...wanted, fields: { ...wanted.fields, content, enabled }, withheld: [] };
}

function ofServer(wanted: Server, before: Server): Server {
  const { config } = wanted.fields;
  const { config: stored } = before.fields;
  // A command and a URL have no secrets in common.
  if (config.transport === "stdio") {
    if (stored.transport !== "stdio") return wanted;
    const withheld = new Set(wanted.withheld);
    const env = keepNamed("env", config.env, secretsIn(stored.env), withheld);
    return withMarks({ ...wanted, withheld: [...withheld] }, before, { ...config, env });
  }
  if (stored.transport === "stdio") return wanted;
  return ofRemote(wanted, before, config, stored);
}

function ofRemote(wanted: Server, before: Server, config: Remote, stored: Remote): Server {
  const withheld = new Set(wanted.withheld);
  const marks = new Set([...namedWithValue(wanted), ...Object.keys(before.fields.secrets)]);
  /** A template whose secrets are nowhere says no more than a header without a value. */
  const isUnsaid = (header: string): boolean => {
    const names = marksOf(header);
    return names.length > 0 && !names.some((name) => marks.has(name));
  };
  const headers = keepNamed("headers", config.headers, headersOf(stored), withheld, isUnsaid);
  const signIn = keepSignIn(config.signIn, stored.signIn, withheld);
  return withMarks({ ...wanted, withheld: [...withheld] }, before, { ...config, headers, signIn });
}

/** Secrets among values, without what they are. */
const secretsIn = (values: Fixed): Map<string, typeof UNSAID> =>
  new Map(
    Object.entries(values).flatMap(([name, write]) =>
      write && !write.plain ? [[name, UNSAID] as const] : [],
    ),
  );

/** All headers of a stored server have secrets: as a whole, or by their marks. */
const headersOf = ({ headers }: Remote): Map<string, string> =>
  new Map(
    Object.entries(headers).flatMap(([name, value]) =>
      value === null ? [] : [[name, marksOf(value).length > 0 ? value : ""] as const],
    ),
  );

/**
 * @param at `env`, `headers` or `query`
 * @param stored what is kept; only an empty text, or {@link UNSAID}, is a secret of its own
 * @param withheld places, which are changed
 */
function keepNamed<Value>(
  at: string,
  wanted: Record<string, Value | null>,
  stored: ReadonlyMap<string, Value>,
  withheld: Set<string>,
  isUnsaid: (value: Value) => boolean = () => false,
): Record<string, Value | null> {
  // Names of headers are the same in any case (RFC 9110, 5.1).
  const fold = (name: string): string => (at === "headers" ? name.toLowerCase() : name);
  const kept = new Map(Object.entries(wanted));
  const names = new Map([...kept.keys()].map((name) => [fold(name), name]));
  for (const [name, value] of stored) {
    const named = names.get(fold(name)) ?? name;
    const given = kept.get(named);
    if (isGiven(given) && !withheld.has(`${at}/${named}`) && !isUnsaid(given)) continue;
    kept.delete(named);
    withheld.delete(`${at}/${named}`);
    kept.set(name, value);
    if (value === "" || value === UNSAID) withheld.add(`${at}/${name}`);
  }
  return Object.fromEntries(kept);
}

function keepSignIn(
  wanted: Remote["signIn"],
  stored: Remote["signIn"],
  withheld: Set<string>,
): Remote["signIn"] {
  let signIn = wanted;
  for (const name of ["clientSecret", "privateKey"] as const) {
    if (!isGiven(stored?.[name]) || isGiven(wanted?.[name])) continue;
    signIn = { ...signIn, [name]: "" };
    withheld.add(`signIn/${name}`);
  }
  return signIn;
}

const namedWithValue = ({ fields, withheld }: Server): string[] =>
  Object.keys(fields.secrets).filter((name) => !withheld.includes(`secrets/${name}`));

/**
 * Named secrets are kept where a mark stands for them, and where none did before. One that the file
 * names for a header that gave way to the stored one goes with it.
 */
function withMarks(wanted: Server, before: Server, config: Config): Server {
  const withheld = new Set(wanted.withheld);
  const [asked, used, usedBefore] = [wanted.fields, { config }, before.fields].map(
    (fields) => new Set(marksIn(fields)),
  );
  const secrets = new Map(Object.entries(wanted.fields.secrets));
  for (const name of secrets.keys()) {
    if (!withheld.has(`secrets/${name}`) || used?.has(name) || !asked?.has(name)) continue;
    secrets.delete(name);
    withheld.delete(`secrets/${name}`);
  }
  for (const name of Object.keys(before.fields.secrets)) {
    if (secrets.has(name) || (usedBefore?.has(name) && !used?.has(name))) continue;
    secrets.set(name, "");
    withheld.add(`secrets/${name}`);
  }
  return {
    ...wanted,
    fields: { ...wanted.fields, config, secrets: Object.fromEntries(secrets) },
    withheld: [...withheld].sort(),
  };
}

function ofTool(wanted: Tool, before: Tool): Tool {
  const { fields } = wanted;
  const withheld = new Set(wanted.withheld);
  const headers = keepNamed("headers", fields.headers, secretsIn(before.fields.headers), withheld);
  const query = keepNamed("query", fields.query, secretsIn(before.fields.query), withheld);
  const auth = keepAuth(fields.auth, before.fields.auth, withheld);
  return { ...wanted, fields: { ...fields, headers, query, auth }, withheld: [...withheld].sort() };
}

type Auth = ToolFields["auth"];

/** Where the secret of a way is. */
const placeOf = ({ type }: Auth): string | null =>
  type === "none" ? null : type === "bearer" ? "auth/token" : "auth/password";

const unsaid = (auth: Auth): Auth =>
  auth.type === "bearer"
    ? { ...auth, token: "" }
    : auth.type === "basic"
      ? { ...auth, password: "" }
      : auth;

/** Of two ways without a secret, the one that has it in the store. */
function keepAuth(wanted: Auth, stored: Auth, withheld: Set<string>): Auth {
  const named = placeOf(wanted);
  const value =
    wanted.type === "bearer" ? wanted.token : wanted.type === "basic" ? wanted.password : undefined;
  const kept = placeOf(stored);
  const isSaid = value !== undefined && named !== null && !withheld.has(named);
  if (isSaid || kept === null) return wanted;
  if (named !== null) withheld.delete(named);
  withheld.add(kept);
  // The user of basic credentials is sealed with the password: without a value there is neither.
  const isUnnamed = wanted.type === "basic" && wanted.username === "";
  return unsaid(wanted.type === stored.type && !isUnnamed ? wanted : stored);
}
