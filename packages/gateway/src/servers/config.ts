import { createHash } from "node:crypto";
import {
  decidesWhatRuns,
  GatewayError,
  type ServerConfigWrite,
  type ServerUpdate,
} from "@local-mcp/contract";
import type { StoredServerConfig, StoredSignIn } from "@local-mcp/database";
import { assertAllowed } from "@local-mcp/engine";
import { type NewSecret, SecretCollector } from "../vault/owned-secrets.ts";
import { changeSignIn, signInSecretIds } from "./sign-in-config.ts";
import { marksIn, splitUrl } from "./url-secrets.ts";

export interface BuiltConfig {
  config: StoredServerConfig;
  secrets: NewSecret[];
}

type Stdio = Extract<StoredServerConfig, { transport: "stdio" }>;
type Remote = Exclude<StoredServerConfig, { transport: "stdio" }>;

/**
 * What is stored for a server that is being added.
 *
 * @param kept what of its sign-in is there already
 * @throws GatewayError validation_failed, address_blocked
 */
export function buildConfig(
  write: ServerConfigWrite,
  markValues: Record<string, string>,
  collector: SecretCollector = new SecretCollector(),
  kept: StoredSignIn = {},
): BuiltConfig {
  const config: StoredServerConfig =
    write.transport === "stdio"
      ? {
          transport: "stdio",
          command: write.command,
          args: write.args,
          cwd: write.cwd,
          env: mergeEnv({}, write.env, collector),
          secrets: mergeMarks({}, markValues, collector),
        }
      : changeRemote(
          { transport: write.transport, url: "", headers: {}, secrets: {}, signIn: kept },
          { ...write, secrets: markValues },
          collector,
        );
  return { config, secrets: collector.secrets };
}

/**
 * What is stored after a change: absent keeps, null clears, a value sets. Giving a command makes it
 * a stdio server, giving a URL a remote one.
 *
 * @throws GatewayError validation_failed where a change does not fit the kind of server;
 * address_blocked
 */
export function changeConfig(before: StoredServerConfig, changes: ServerUpdate): BuiltConfig {
  const collector = new SecretCollector();
  if (changes.command !== undefined && changes.url !== undefined) {
    throw new GatewayError("validation_failed", {
      detail: "A server has either a command or a URL.",
    });
  }
  const becomesStdio = changes.command !== undefined || changes.transport === "stdio";
  const becomesRemote = changes.url !== undefined;
  const isStdio = becomesStdio || (before.transport === "stdio" && !becomesRemote);
  const config = isStdio
    ? changeStdio(before, changes, collector)
    : changeRemote(before.transport === "stdio" ? null : before, changes, collector);
  return { config, secrets: collector.secrets };
}

function changeStdio(
  before: StoredServerConfig,
  changes: ServerUpdate,
  collector: SecretCollector,
): Stdio {
  refuse(changes.headers !== undefined, "A stdio server has no headers.");
  refuse((changes.signIn ?? null) !== null, "A stdio server has no sign-in.");
  refuse(
    changes.transport !== undefined && changes.transport !== "stdio",
    "A remote server needs a URL.",
  );
  const base: Stdio =
    before.transport === "stdio"
      ? before
      : { transport: "stdio", command: "", args: [], cwd: null, env: {}, secrets: {} };
  const command = changes.command ?? base.command;
  refuse(command === "", "A stdio server needs a command.");
  // Arguments belong to their command: a new command starts without the old one's.
  const args = changes.args ?? (changes.command === undefined ? base.args : []);
  return {
    transport: "stdio",
    command,
    args,
    cwd: changes.cwd === undefined ? base.cwd : changes.cwd,
    env: mergeEnv(base.env, changes.env ?? {}, collector),
    secrets: mergeMarks(base.secrets, changes.secrets ?? {}, collector),
  };
}

function changeRemote(
  before: Remote | null,
  changes: ServerUpdate,
  collector: SecretCollector,
): Remote {
  const stdioOnly = changes.args ?? changes.env ?? changes.cwd;
  refuse(stdioOnly !== undefined, "A remote server has no arguments, environment or folder.");
  const transport = changes.transport === "stdio" ? undefined : changes.transport;
  const address = changes.url === undefined ? null : readUrl(changes.url);
  const given = { ...address?.secrets, ...changes.secrets };
  const after: Remote = {
    transport: transport ?? before?.transport ?? "http",
    url: address?.template ?? before?.url ?? "",
    headers: mergeHeaders(before?.headers ?? {}, changes.headers ?? {}, collector),
    secrets: {},
    signIn: changeSignIn(before?.signIn, changes.signIn, collector.add),
  };
  refuseBrokenHeaders(after, given);
  after.secrets = mergeMarks(before ? stillNamed(before, after) : {}, given, collector);
  return after;
}

/** Named secrets without those that were needed before and are no more. */
function stillNamed(before: Remote, after: Remote): Record<string, string> {
  const needed = new Set(namedSecrets(after));
  const dropped = new Set(namedSecrets(before).filter((name) => !needed.has(name)));
  return Object.fromEntries(Object.entries(before.secrets).filter(([name]) => !dropped.has(name)));
}

/** What a header may not hold (RFC 9110, 5.5), which is also what would end it. */
// oxlint-disable-next-line no-control-regex -- the control characters are the point
export const BREAKS_HEADER = /[\u0000-\u0008\u000a-\u001f\u007f]/;

function refuseBrokenHeaders({ headers }: Remote, given: Record<string, string | null>): void {
  const named = new Set(templatesOf(headers).flatMap(marksIn));
  for (const [name, value] of Object.entries(given)) {
    refuse(
      named.has(name) && value !== null && BREAKS_HEADER.test(value),
      `The secret “${name}” belongs into a header, where it has to be one line of text.`,
    );
  }
}

function refuse(condition: boolean, detail: string): void {
  if (condition) throw new GatewayError("validation_failed", { detail });
}

function mergeEnv(
  before: Stdio["env"],
  changes: NonNullable<ServerUpdate["env"]>,
  collector: SecretCollector,
): Stdio["env"] {
  const env = { ...before };
  for (const [name, change] of Object.entries(changes)) {
    if (change === null) delete env[name];
    else if (change.plain) env[name] = { plain: change.value };
    else env[name] = { secret: collector.add(`env.${name}`, change.value) };
  }
  return env;
}

function mergeHeaders(
  before: Remote["headers"],
  changes: Record<string, string | null>,
  collector: SecretCollector,
): Remote["headers"] {
  const headers = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(changes)) {
    // Header names are the same in any case (RFC 9110 §5.1).
    for (const known of headers.keys()) {
      if (known.toLowerCase() === name.toLowerCase()) headers.delete(known);
    }
    if (value === null) continue;
    headers.set(
      name,
      marksIn(value).length > 0
        ? { template: value }
        : { secret: collector.add(`header.${name.toLowerCase()}`, value) },
    );
  }
  return Object.fromEntries(headers);
}

function mergeMarks(
  before: Record<string, string>,
  changes: Record<string, string | null>,
  collector: SecretCollector,
): Record<string, string> {
  const marks = { ...before };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete marks[name];
    else marks[name] = collector.add(`mark.${name}`, value);
  }
  return marks;
}

/** @throws GatewayError address_blocked */
function readUrl(text: string): { template: string; secrets: Record<string, string> } {
  const url = splitUrl(text);
  assertAllowed(new URL(url.template), "person");
  return url;
}

/** Ids of all secrets a configuration refers to. */
export function secretIds(config: StoredServerConfig): string[] {
  const values = config.transport === "stdio" ? config.env : config.headers;
  const direct = Object.values(values).flatMap((value) =>
    "secret" in value ? [value.secret] : [],
  );
  const signIn = config.transport === "stdio" ? [] : signInSecretIds(config.signIn);
  return [...direct, ...signIn, ...Object.values(config.secrets)];
}

const templatesOf = (headers: Remote["headers"]): string[] =>
  Object.values(headers).flatMap((value) => ("template" in value ? [value.template] : []));

/** Names of the secrets that `${secret:name}` marks stand for, each once. */
export function namedSecrets(config: StoredServerConfig): string[] {
  return [...new Set(markedTexts(config).flatMap(marksIn))];
}

function markedTexts(config: StoredServerConfig): string[] {
  if (config.transport !== "stdio") {
    const parameters = Object.values(config.signIn?.parameters ?? {});
    return [config.url, ...templatesOf(config.headers), ...parameters];
  }
  const plain = Object.values(config.env).flatMap((value) =>
    "plain" in value ? [value.plain] : [],
  );
  return [...config.args, ...plain];
}

/** The same for the same content, in whatever order its keys were written. */
const sha256 = (value: unknown): string =>
  createHash("sha256")
    .update(
      JSON.stringify(value, (_, one: unknown) =>
        isRecord(one) ? Object.fromEntries(Object.entries(one).sort(byKey)) : one,
      ),
    )
    .digest("hex");

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const byKey = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

/** Identifies how a server is reached; a secret that was replaced has another id. */
export const configHash = (config: StoredServerConfig): string => sha256(config);

/**
 * Identifies what a person agrees to run: the command line, its folder, the names of its variables
 * and the values of those that decide which code runs. Null for servers that run nothing here.
 */
export const consentHash = (config: StoredServerConfig): string | null => {
  if (config.transport !== "stdio") return null;
  const { command, args, cwd, env } = config;
  const decisive = Object.entries(env)
    .filter(([name]) => decidesWhatRuns(name))
    .sort(byKey);
  const agreed = [command, args, cwd, Object.keys(env).sort()];
  return sha256(decisive.length === 0 ? agreed : [...agreed, decisive]);
};
