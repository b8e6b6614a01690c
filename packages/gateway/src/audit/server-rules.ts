import {
  type AuditDetail,
  type AuditSubject,
  contract,
  type ServerConfigView,
  type ServerUpdate,
  type ServerView,
} from "@local-mcp/contract";
import type { AuditNote } from "./note.ts";
import { Changes, type Look, planOf, type Rule, rule } from "./plan.ts";

/** So many characters of a hash tell one command from another. */
const HASH_LENGTH = 16;

const subjectOf = ({ id, name }: Pick<ServerView, "id" | "name">): AuditSubject => ({
  kind: "server",
  id,
  name,
});

const aboutServer =
  (action: "server.remove" | "server.test" | "server.restart") =>
  ({ server }: { server: string }, { servers }: Look) =>
    planOf<unknown>(action, subjectOf(servers.get(server)));

/** What is recorded of each procedure that changes servers. */
export const SERVER_RULES: Record<string, Rule> = {
  "servers.create": rule(contract.servers.create, (input, look) => {
    const subject: AuditSubject = { kind: "server", id: null, name: input.name };
    return {
      attempt: { action: "server.create", subject },
      done: ({ server }) => [
        { action: "server.create", subject: subjectOf(server), detail: described(server) },
        ...consent(server, null, input.confirmed, look),
      ],
    };
  }),
  "servers.update": rule(contract.servers.update, ({ server: which, changes }, look) => {
    const before = look.servers.get(which);
    const hash = consentOf(before.id, look);
    return {
      attempt: { action: "server.update", subject: subjectOf(before) },
      done: ({ server }) => [
        {
          action: "server.update",
          subject: subjectOf(server),
          detail: difference(before, server, changes),
        },
        ...consent(server, hash, changes.confirmed === true, look),
      ],
    };
  }),
  "servers.remove": rule(contract.servers.remove, aboutServer("server.remove")),
  "servers.test": rule(contract.servers.test, aboutServer("server.test")),
  "servers.restart": rule(contract.servers.restart, aboutServer("server.restart")),
  "servers.acceptTools": rule(contract.servers.acceptTools, ({ server, tools }, { servers }) => {
    const detail: AuditDetail = { tools: tools.map(({ name }) => name) };
    return planOf("server.tools_accept", subjectOf(servers.get(server)), () => detail);
  }),
  "signIn.remove": rule(contract.signIn.remove, ({ server }, { servers }) =>
    planOf("sign_in.remove", subjectOf(servers.get(server)), ({ revoked }) => ({ revoked })),
  ),
  "servers.importFile": rule(contract.servers.importFile, (_, { servers }) => ({
    attempt: { action: "server.create", subject: { kind: "import", id: null, name: null } },
    done: ({ rows }) =>
      rows.flatMap(({ name, outcome }): AuditNote[] => {
        if (name === null || outcome !== "added") return [];
        const server = servers.get(name);
        const detail = { ...described(server), by: "import" };
        return [{ action: "server.create", subject: subjectOf(server), detail }];
      }),
  })),
};

const consentOf = (serverId: string, { stores }: Look): string | null =>
  stores.servers.get(serverId)?.confirmedHash?.slice(0, HASH_LENGTH) ?? null;

/** That a person allowed a command to run is an entry of its own. */
function consent(
  server: ServerView,
  before: string | null,
  isGiven: boolean,
  look: Look,
): AuditNote[] {
  const hash = consentOf(server.id, look);
  // What had been agreed to already is agreed to no more than before.
  if (!isGiven || hash === before || server.config.transport !== "stdio") return [];
  const detail = { ...reached(server.config), hash, "hash.before": before };
  return [{ action: "server.consent", subject: subjectOf(server), detail }];
}

/**
 * How it is started or reached. Arguments are counted only, and of a URL there is its origin: what
 * should have been marked as a secret and was not would stay here for long.
 */
function reached(config: ServerConfigView): AuditDetail {
  if (config.transport === "stdio") {
    return { command: config.command, arguments: config.args.length, folder: config.cwd };
  }
  return { url: originOf(config.url) };
}

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : "");

const given = ({ config, secrets }: ServerView): AuditDetail => ({
  ...(config.transport === "stdio"
    ? { env: Object.keys(config.env) }
    : { headers: Object.keys(config.headers), signIn: signInFields(config) }),
  secrets: Object.keys(secrets),
});

const described = (server: ServerView): AuditDetail => ({
  transport: server.config.transport,
  ...reached(server.config),
  ...given(server),
  enabled: server.enabled,
  confirmed: server.confirmed,
  profiles: server.profiles,
});

function difference(before: ServerView, after: ServerView, wanted: ServerUpdate): AuditDetail {
  const changes = new Changes()
    .plain("name", before.name, after.name)
    .plain("title", before.title, after.title)
    .named("description", before.description, after.description)
    .plain("transport", before.config.transport, after.config.transport)
    .plain("enabled", before.enabled, after.enabled)
    .plain("confirmed", before.confirmed, after.confirmed)
    .plain("connections", before.connections, after.connections)
    .plain("holdChangedTools", before.holdChangedTools, after.holdChangedTools);
  const was = reached(before.config);
  const is = reached(after.config);
  for (const field of new Set([...Object.keys(was), ...Object.keys(is)])) {
    changes.plain(field, was[field] ?? null, is[field] ?? null);
  }
  changes.named("args", argsOf(before), argsOf(after)).named("path", urlOf(before), urlOf(after));
  const limits = { ...before.limits, ...after.limits };
  for (const limit of Object.keys(limits)) {
    changes.plain(`limits.${limit}`, limitOf(before, limit), limitOf(after, limit));
  }
  const { config } = before;
  return changes
    .secrets("env", config.transport === "stdio" ? Object.keys(config.env) : [], wanted.env)
    .secrets(
      "headers",
      config.transport === "stdio" ? [] : Object.keys(config.headers),
      wanted.headers,
    )
    .secrets("signIn", signInFields(config), signInChanges(config, wanted.signIn))
    .secrets("secrets", Object.keys(before.secrets), wanted.secrets)
    .detail();
}

/** What is configured of a sign-in, by name. */
function signInFields(config: ServerConfigView): string[] {
  if (config.transport === "stdio") return [];
  const { kind, parameters, ...others } = config.signIn;
  return [
    ...(kind === "person" ? [] : ["kind"]),
    ...Object.entries(others).flatMap(([name, value]) => (value === null ? [] : [name])),
    ...Object.keys(parameters).map((name) => `parameters.${name}`),
  ];
}

function signInChanges(
  config: ServerConfigView,
  wanted: ServerUpdate["signIn"],
): Record<string, unknown> {
  if (wanted === null) {
    return Object.fromEntries(signInFields(config).map((name) => [name, null]));
  }
  const { parameters = {}, ...others } = wanted ?? {};
  return Object.fromEntries([
    ...Object.entries(others).filter(([, value]) => value !== undefined),
    ...Object.entries(parameters).map(([name, value]) => [`parameters.${name}`, value]),
  ]);
}

const argsOf = ({ config }: ServerView): string[] =>
  config.transport === "stdio" ? config.args : [];

const urlOf = ({ config }: ServerView): string => (config.transport === "stdio" ? "" : config.url);

const limitOf = ({ limits }: ServerView, limit: string): number | null =>
  new Map<string, number | undefined>(Object.entries(limits)).get(limit) ?? null;
