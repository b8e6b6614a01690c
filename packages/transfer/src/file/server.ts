import { serverCreate, type SignInWrite, signInWrite } from "@local-mcp/contract";
import { z } from "zod";
import type { Entity, ServerFields } from "../entity.ts";
import { marksOf } from "../marks.ts";
import {
  BASIC,
  newGateway,
  plainGatewayFields,
  seedGatewayWrite,
  TOKEN,
  TRANSPORTS,
} from "../mapping/gateways.ts";
import { isObject } from "../mapping/reading.ts";
import { defineReader } from "./entity-reader.ts";
import { revealAuth, revealFixed, type SecretReader, valuesInFile } from "./secret-reader.ts";
import {
  AUTH_VALUE,
  fixedToFile,
  headersToFile,
  type SecretWriter,
  sortedRecord,
} from "./secret-writer.ts";

type Config = ServerFields["config"];
type Remote = Exclude<Config, { transport: "stdio" }>;

/** A server as a file has it, where it is a gateway. */
export function serverToFile({ uid, fields }: Entity<"server">, secrets: SecretWriter) {
  const { name, slug, description, ...others } = plainGatewayFields(fields);
  const { config } = fields;
  return {
    uid,
    name,
    slug,
    description,
    transport: TRANSPORTS[config.transport],
    ...(config.transport === "stdio"
      ? stdioToFile(config, fields.secrets, secrets)
      : remoteToFile(config, fields.secrets, secrets)),
    ...others,
  };
}

const named = (values: ServerFields["secrets"], secrets: SecretWriter) =>
  sortedRecord(
    Object.entries(values).map(
      ([name, value]) => [name, secrets.write(`secrets/${name}`, value)] as const,
    ),
  );

function stdioToFile(
  { command, args, cwd, env }: Extract<Config, { transport: "stdio" }>,
  values: ServerFields["secrets"],
  secrets: SecretWriter,
) {
  const { values: shown, plain } = fixedToFile(env, "env", secrets);
  return {
    command,
    args,
    cwd,
    env: shown,
    plain_env: plain,
    auth_type: null,
    auth_value: null,
    secrets: named(values, secrets),
  };
}

function remoteToFile(config: Remote, values: ServerFields["secrets"], secrets: SecretWriter) {
  const auth = authOf(config, values);
  const headers = Object.entries(config.headers).flatMap(([name, value]) =>
    value === null || (auth !== null && name === AUTHORIZATION) ? [] : [[name, value] as const],
  );
  const isTemplate = (value: string): boolean => marksOf(value).length > 0;
  const templates = headers.filter(([, value]) => isTemplate(value));
  const secret = headers.filter(([, value]) => !isTemplate(value));
  const shown = headersToFile(Object.fromEntries(secret), secrets, auth !== null);
  const others = secret.length > 0 ? "authheaders" : null;
  return {
    url: config.url,
    auth_type: auth?.type ?? others,
    auth_value:
      auth === null
        ? shown.auth_value
        : secrets.write(`secrets/${auth.secret}`, auth.value, AUTH_VALUE[auth.type]),
    headers: sortedRecord([...templates, ...shown.headers]),
    secrets: named(
      Object.fromEntries(Object.entries(values).filter(([name]) => name !== auth?.secret)),
      secrets,
    ),
    sign_in: config.signIn ? signInToFile(config.signIn, secrets) : null,
  };
}

const AUTHORIZATION = "Authorization";

/** Credentials that the seeds have a type for; null where a header says it in its own way. */
function authOf({ headers }: Remote, values: ServerFields["secrets"]) {
  const header = headers[AUTHORIZATION];
  const token = Object.hasOwn(values, TOKEN) ? values[TOKEN] : undefined;
  if (header === `Bearer \${secret:${TOKEN}}` && token !== undefined) {
    return { type: "bearer" as const, secret: TOKEN, value: token };
  }
  const pair = Object.hasOwn(values, BASIC) ? values[BASIC] : undefined;
  if (header !== `Basic \${secret:${BASIC}}` || pair === undefined) return null;
  const text = Buffer.from(pair, "base64").toString("utf8");
  const isPair = text.includes(":") && Buffer.from(text, "utf8").toString("base64") === pair;
  return isPair || pair === "" ? { type: "basic" as const, secret: BASIC, value: text } : null;
}

const signInToFile = ({ clientSecret, privateKey, ...plain }: SignInWrite, secrets: SecretWriter) =>
  sortedRecord<unknown>([
    ...Object.entries(plain),
    ...Object.entries({ clientSecret, privateKey }).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, secrets.write(`signIn/${name}`, value)] as const] : [],
    ),
  ]);

export const serverFromFile = defineReader({
  kind: "server",
  schema: seedGatewayWrite
    .omit({ associated_servers: true, keep_secrets: true, confirmed: true })
    .extend({
      headers: valuesInFile.optional(),
      env: valuesInFile.optional(),
      secrets: valuesInFile.optional(),
      auth_value: z.union([z.string(), valuesInFile]).nullable().optional(),
      sign_in: signInWrite.nullable().optional(),
    }),
  computed: ["associated_servers", "confirmed", "capabilities"],
  reveal(given, secrets) {
    revealFixed(given, "env", "plain_env", secrets);
    revealFixed(given, "secrets", null, secrets);
    revealHeaders(given, secrets);
    revealSignIn(given, secrets);
    // A template of its own says more than the type does.
    if (hasAuthorization(given) && (given.get("auth_value") ?? null) === null) {
      given.delete("auth_type");
    }
    revealAuth(given, secrets, { bearer: `secrets/${TOKEN}`, basic: `secrets/${BASIC}` });
  },
  fields(sent, withheld) {
    const { profiles: _, confirmed: _confirmed, ...fields } = serverCreate.parse(newGateway(sent));
    if (withheld.has(`secrets/${BASIC}`)) fields.secrets[BASIC] = "";
    const { config } = fields;
    if (config.transport !== "stdio" && config.signIn) {
      config.signIn = { ...config.signIn, ...emptyOf(SIGN_IN_SECRETS, withheld) };
    }
    return { ...fields, title: fields.title ?? fields.name };
  },
  places: {
    name: "slug",
    title: "name",
    "config.env": "env",
    "config.headers": "headers",
    "config.url": "url",
    "config.command": "command",
    "config.args": "args",
    "config.cwd": "cwd",
    "config.signIn": "sign_in",
  },
});

const hasAuthorization = (given: ReadonlyMap<string, unknown>): boolean => {
  const headers = given.get("headers");
  return (
    isObject(headers) &&
    Object.keys(headers).some((name) => name.toLowerCase() === AUTHORIZATION.toLowerCase())
  );
};

/** Those with marks are templates; all others are secrets. */
function revealHeaders(given: Map<string, unknown>, secrets: SecretReader): void {
  const headers = given.get("headers");
  if (!isObject(headers)) return;
  const read = Object.entries(headers).map(([name, value]: [string, unknown]) => {
    const isTemplate = typeof value === "string" && marksOf(value).length > 0;
    return [name, isTemplate ? value : secrets.read(value, ["headers", name])];
  });
  given.set("headers", Object.fromEntries(read));
}

const SIGN_IN_SECRETS: readonly string[] = ["clientSecret", "privateKey"];

/** What has no value is left out: an empty one would be refused. */
function revealSignIn(given: Map<string, unknown>, secrets: SecretReader): void {
  const signIn = given.get("sign_in");
  if (!isObject(signIn)) return;
  const read = Object.entries(signIn).flatMap(([name, value]: [string, unknown]) => {
    if (!SIGN_IN_SECRETS.includes(name)) return [[name, value]];
    const found = secrets.read(value, ["sign_in", name], `signIn/${name}`);
    return found === "" ? [] : [[name, found]];
  });
  given.set("sign_in", Object.fromEntries(read));
}

const emptyOf = (names: readonly string[], withheld: ReadonlySet<string>) =>
  Object.fromEntries(
    names.flatMap((name) => (withheld.has(`signIn/${name}`) ? [[name, ""] as const] : [])),
  );
