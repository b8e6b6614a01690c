import {
  type SecretInfo,
  type ServerConfigView,
  serverConnections,
  serverCreate,
  serverLimits,
  serverUpdate,
  type ServerUpdate,
  type ServerView,
  signInConfigView,
  signInWrite,
  slugify,
} from "@local-mcp/contract";
import { z } from "zod";
import { authFields, authType, type AuthType, type GivenAuth, givenAuth } from "./credentials.ts";
import { fixedOf, plainOf, shown, without } from "./fixed.ts";
import {
  isEmpty,
  MASK,
  oneOf,
  present,
  readFields,
  refuse,
  tagsWrite,
  timeOf,
  sameServers,
  valuesWrite,
  valueWrite,
} from "./reading.ts";

const transport = z.enum(["STREAMABLEHTTP", "SSE", "STDIO"]);
export const TRANSPORTS = { http: "STREAMABLEHTTP", sse: "SSE", stdio: "STDIO" } as const;
const OURS = { STREAMABLEHTTP: "http", SSE: "sse", STDIO: "stdio" } as const;

const texts = z.record(z.string(), z.string());

/** A server as the seeds show a gateway; what they have no word for comes last. */
export const seedGateway = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  url: z.string().nullable(),
  transport,
  description: z.string(),
  auth_type: authType,
  auth_value: z.string().nullable(),
  tags: z.array(z.string()),
  enabled: z.boolean(),
  is_active: z.boolean(),
  reachable: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
  headers: texts,
  command: z.string().nullable(),
  args: z.array(z.string()),
  cwd: z.string().nullable(),
  env: texts,
  plain_env: z.array(z.string()),
  /** Values of the `${secret:name}` marks. */
  secrets: texts,
  sign_in: signInConfigView
    .extend({ clientSecret: z.string().nullable(), privateKey: z.string().nullable() })
    .nullable(),
  limits: serverLimits,
  connections: serverConnections,
  confirmed: z.boolean(),
  associated_servers: z.array(z.string()),
  health_url: z.string().nullable(),
  hold_changed_tools: z.boolean(),
});
export type SeedGateway = z.infer<typeof seedGateway>;

/** Named secrets of an Authorization header that is a template. */
export const TOKEN = "auth_token";
export const BASIC = "auth_basic";
const isOne = (template: string | null, scheme: string): boolean =>
  new RegExp(`^${scheme} \\$\\{secret:[^}]+\\}$`).test(template ?? "");

const maskOf = (named: Record<string, SecretInfo>): Record<string, string> =>
  Object.fromEntries(Object.keys(named).map((name) => [name, MASK]));

function authTypeOf(config: ServerConfigView): AuthType {
  if (config.transport === "stdio") return "none";
  const headers = Object.entries(config.headers);
  const [, own] = headers.find(([name]) => name.toLowerCase() === "authorization") ?? [];
  const template = own && "template" in own ? own.template : null;
  if (isOne(template, "Bearer")) return "bearer";
  if (isOne(template, "Basic")) return "basic";
  return headers.length > 0 ? "authheaders" : "none";
}

/** What answers and files say in the same words, but for how it is reached. */
export const plainGatewayFields = (
  server: Pick<
    ServerView,
    "name" | "title" | "description" | "limits" | "tags" | "healthUrl" | "enabled"
  > & {
    connections?: ServerView["connections"] | undefined;
    holdChangedTools?: boolean | undefined;
  },
) => ({
  name: server.title,
  slug: server.name,
  description: server.description,
  limits: server.limits,
  connections: server.connections,
  health_url: server.healthUrl,
  hold_changed_tools: server.holdChangedTools,
  tags: server.tags,
  is_active: server.enabled,
});

const remoteOf = (config: Exclude<ServerConfigView, { transport: "stdio" }>) => ({
  url: config.url,
  headers: Object.fromEntries(
    Object.entries(config.headers).map(([name, value]) => [
      name,
      "template" in value ? value.template : MASK,
    ]),
  ),
  sign_in: {
    ...config.signIn,
    clientSecret: config.signIn.clientSecret && MASK,
    privateKey: config.signIn.privateKey && MASK,
  },
  command: null,
  args: [],
  cwd: null,
  env: {},
  plain_env: [],
});

const stdioOf = (config: Extract<ServerConfigView, { transport: "stdio" }>) => ({
  url: null,
  headers: {},
  sign_in: null,
  command: config.command,
  args: config.args,
  cwd: config.cwd,
  env: shown(config.env),
  plain_env: plainOf(config.env),
});

export function gatewayToSeed(server: ServerView): SeedGateway {
  const { config } = server;
  const type = authTypeOf(config);
  return {
    id: server.id,
    ...plainGatewayFields(server),
    transport: TRANSPORTS[config.transport],
    auth_type: type,
    auth_value: type === "none" ? null : MASK,
    enabled: server.enabled,
    reachable: server.status.state === "ready",
    created_at: timeOf(server.createdAt),
    updated_at: timeOf(server.updatedAt),
    ...(config.transport === "stdio" ? stdioOf(config) : remoteOf(config)),
    secrets: maskOf(server.secrets),
    connections: server.connections,
    hold_changed_tools: server.holdChangedTools,
    confirmed: server.confirmed,
    associated_servers: server.profiles,
  };
}

const { shape } = serverUpdate;

const patch = z
  .object({
    name: shape.title,
    slug: shape.name,
    url: shape.url.unwrap().nullable(),
    transport: z.string().toUpperCase().pipe(transport),
    description: shape.description.nullable(),
    ...authFields,
    tags: tagsWrite,
    enabled: z.boolean(),
    is_active: z.boolean(),
    headers: valuesWrite,
    command: shape.command.unwrap().nullable(),
    args: shape.args,
    cwd: shape.cwd,
    env: valuesWrite,
    plain_env: z.array(z.string()),
    secrets: valuesWrite,
    sign_in: signInWrite
      .extend({
        clientSecret: valueWrite.nullable().optional(),
        privateKey: valueWrite.nullable().optional(),
      })
      .nullable(),
    limits: serverLimits,
    connections: serverConnections,
    /** Consent to the command. */
    confirmed: z.boolean(),
    associated_servers: z.array(z.string()),
    health_url: shape.healthUrl,
    hold_changed_tools: z.boolean(),
    keep_secrets: z.boolean(),
  })
  .partial();
type Fields = z.infer<typeof patch>;

/** What is sent to make a gateway, or to replace one. */
export const seedGatewayWrite = patch.required({ name: true });

/**
 * Without a slug its name makes one. Without a transport it is SSE, which is what a script that
 * leaves it out was written for; with a command STDIO.
 *
 * @throws GatewayError validation_failed
 */
export const gatewayFromSeed = (body: unknown): z.input<typeof serverCreate> =>
  newGateway(readFields(body, "gateway", seedGatewayWrite));

/** @throws FieldRefused */
export function newGateway(sent: z.infer<typeof seedGatewayWrite>): z.input<typeof serverCreate> {
  const name = sent.slug ?? slugify(sent.name);
  if (name === "") refuse("slug", "The name has nothing that a slug can be made of. Send one.");
  const changes = changesOf(sent, null);
  const { title, description, tags, healthUrl, enabled, limits, connections, confirmed } = changes;
  const { holdChangedTools } = changes;
  const values = Object.entries(changes.secrets ?? {}).flatMap(([mark, value]) =>
    value === null ? [] : [[mark, value] as const],
  );
  return present({
    name,
    title,
    description,
    config: configOf(changes),
    secrets: Object.fromEntries(values),
    tags,
    healthUrl,
    enabled,
    limits,
    connections,
    holdChangedTools,
    confirmed,
    profiles: sent.associated_servers,
  });
}

function configOf(changes: ServerUpdate): z.input<typeof serverCreate>["config"] {
  const { url, command, args, cwd, env, headers, signIn } = changes;
  if (url !== undefined && command !== undefined) refuse("url", "A command has no URL.");
  if (command !== undefined && (changes.transport ?? "stdio") === "stdio") {
    return present({ transport: "stdio", command, args, cwd, env });
  }
  if (changes.transport === "stdio") refuse("command", "A gateway over STDIO is a command.");
  if (url === undefined) refuse("url", "A gateway has a url or, over STDIO, a command.");
  const remote = { url, headers, signIn: signIn ?? undefined };
  return present({ transport: changes.transport ?? "sse", ...remote });
}

/**
 * @param replaces whether what is left out goes, but for secrets, how it is reached and `enabled`
 * @throws GatewayError validation_failed
 */
export function gatewayChanges(
  body: unknown,
  current: ServerView,
  replaces: boolean,
): ServerUpdate {
  const sent = readFields(body, "gateway", replaces ? seedGatewayWrite : patch);
  sameServers(sent.associated_servers, current.profiles);
  const changes = present(changesOf(sent, current));
  return replaces ? { ...leftOut(changes, current), ...changes } : changes;
}

/** What a replacement leaves out becomes this; `env` of `changes` is completed. */
function leftOut(changes: ServerUpdate, { config }: ServerView): ServerUpdate {
  const common = { description: "", tags: [], healthUrl: null, limits: {} };
  if (config.transport !== "stdio" || changes.url !== undefined) return common;
  changes.env = { ...without(plainOf(config.env)), ...changes.env };
  return { ...common, args: [], cwd: null };
}

function changesOf(sent: Fields, current: ServerView | null): ServerUpdate {
  const credentials = credentialsOf(sent, current?.config);
  const headers = { ...credentials.headers.before, ...sent.headers, ...credentials.headers.after };
  const secrets = { ...sent.secrets, ...credentials.secrets };
  const url = sent.url ?? undefined;
  const command = sent.command ?? undefined;
  const wasCommand = current?.config.transport === "stdio" && url === undefined;
  const isCommand = command !== undefined || sent.transport === "STDIO" || wasCommand;
  const env = fixedOf(sent.env, sent.plain_env, envOf(current));
  /** What the other kind of server does not have says nothing as long as it is empty. */
  const where = <Value>(belongs: boolean, value: Value): Value | undefined =>
    belongs || !isEmpty(value) ? value : undefined;
  return {
    name: sent.slug,
    title: sent.name,
    description: sent.description === null ? "" : sent.description,
    url,
    transport: sent.transport && OURS[sent.transport],
    command,
    args: where(isCommand, sent.args),
    cwd: where(isCommand, sent.cwd),
    env: where(isCommand, env),
    headers: where(false, headers),
    secrets: where(false, secrets),
    signIn: where(!isCommand, sent.sign_in),
    limits: sent.limits,
    connections: sent.connections,
    tags: sent.tags,
    healthUrl: sent.health_url,
    holdChangedTools: sent.hold_changed_tools,
    enabled: oneOf({ enabled: sent.enabled, is_active: sent.is_active }),
    confirmed: sent.confirmed,
    keepSecrets: sent.keep_secrets,
  };
}

const envOf = (server: ServerView | null) =>
  server?.config.transport === "stdio" ? server.config.env : {};

interface Credentials {
  headers: { before: Record<string, null>; after: Record<string, string | null> };
  secrets: Record<string, string>;
}

/** Bearer and Basic become a header with a named secret, so that they can be told apart later. */
function credentialsOf(sent: Fields, config: ServerConfigView | undefined): Credentials {
  const stored = config === undefined ? "none" : authTypeOf(config);
  const auth = givenAuth(sent, stored);
  const before = auth === null || auth.type === stored ? {} : headersGone(config);
  if (auth === null || auth.type === "none") return { headers: { before, after: {} }, secrets: {} };
  if (auth.type === "authheaders") return { headers: { before, after: auth.headers }, secrets: {} };
  const { scheme, name, value } = schemeOf(auth);
  const isThere = auth.type === stored || sent.headers?.Authorization !== undefined;
  const isKept = isThere && value === undefined;
  return {
    headers: { before, after: isKept ? {} : { Authorization: `${scheme} \${secret:${name}}` } },
    secrets: value === undefined ? {} : { [name]: value },
  };
}

function schemeOf(auth: Extract<GivenAuth, { type: "basic" | "bearer" }>) {
  if (auth.type === "bearer") return { scheme: "Bearer", name: TOKEN, value: auth.token };
  const { username, password } = auth;
  if ((username === undefined) !== (password === undefined)) {
    const missing = username === undefined ? "auth_username" : "auth_password";
    refuse(missing, "User name and password are stored as one; send both.");
  }
  const pair = Buffer.from(`${username}:${password}`).toString("base64");
  return { scheme: "Basic", name: BASIC, value: username === undefined ? undefined : pair };
}

const headersGone = (config: ServerConfigView | undefined): Record<string, null> =>
  config === undefined || config.transport === "stdio" ? {} : without(Object.keys(config.headers));
