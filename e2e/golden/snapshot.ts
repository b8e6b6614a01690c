import type { ImportJob, SignInStatus } from "@local-mcp/contract";
import type { Gateway } from "@local-mcp/gateway";

/** Opens the vault of every golden directory. It protects nothing. */
export const PASSPHRASE = "golden directories are public";

/** What a golden directory has beside its data, since there are such files: all of it, exported. */
export const EXPORT = "export.json";

/** What a person wrote at the row that they pinned. */
export const NOTE = "Where it was found.";

/** What differs from run to run, or from machine to machine. */
const VOLATILE = new Set([
  "id",
  "status",
  "url",
  "createdAt",
  "updatedAt",
  "lastUsedAt",
  "definition",
  "at",
  "correlation",
  "session",
  "durationMs",
  "waitedMs",
]);

const lasting = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(lasting);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !VOLATILE.has(key));
  return Object.fromEntries(kept.map(([key, one]) => [key, lasting(one)]));
};

/** What does not depend on when it is asked. */
const known = ({ state, issuer, account, scopes, renews }: SignInStatus) => ({
  state,
  issuer,
  account,
  scopes,
  renews,
});

/** What became of an import, without when. */
const importThatWas = ({ name, strategy, state, counts, backup }: ImportJob) => ({
  name,
  strategy,
  state,
  counts,
  canBeUndone: backup !== null,
});

/** What the directory's own client did, read by number, by filter and by a word of a message. */
async function recorded(api: Gateway["api"]): Promise<unknown> {
  const { rows } = await api.logs.list({ filter: "client:recorder" });
  const [pinned] = (await api.logs.list({ filter: "pinned:yes text:needle" })).rows;
  return {
    rows: lasting(rows),
    pinned: pinned === undefined ? null : lasting(await api.logs.get({ id: pinned.id })),
  };
}

/** Which tools are not as they were accepted, by server; of those that have some. */
async function changedTools(api: Gateway["api"]): Promise<unknown> {
  const all = await Promise.all(
    (await api.servers.list()).map(async ({ name }) => {
      const changes = await api.servers.toolChanges({ server: name });
      return changes.map((change) => [name, change.name, change.kind, change.isHeldBack]);
    }),
  );
  return all.flat();
}

/**
 * What a person configured, as the API says it. Its last part proves that a sealed secret still
 * opens and reaches its server.
 */
export async function snapshot({ api }: Gateway): Promise<unknown> {
  const profiles = await api.profiles.list();
  const capabilities = await Promise.all(
    profiles.map(async ({ slug }) => [slug, await api.profiles.capabilities({ profile: slug })]),
  );
  const secret = { profile: "dev", name: "env", arguments: { name: "API_KEY" } };
  const called = await api.profiles.callTool(secret);
  return {
    // A URL is what a person configured here, unlike the address of a running endpoint.
    urls: (await api.servers.list()).map(({ config }) => ("url" in config ? config.url : null)),
    servers: lasting(await api.servers.list()),
    toolChanges: await changedTools(api),
    profiles: lasting(profiles),
    capabilities: lasting(Object.fromEntries(capabilities)),
    tools: lasting(await api.tools.list()),
    toolUrls: (await api.tools.list()).map(({ url }) => url),
    prompts: lasting(await api.prompts.list()),
    resources: lasting(await api.resources.list()),
    roots: lasting(await api.roots.list()),
    tokens: lasting(await api.tokens.list()),
    settings: lasting(await api.settings.list()),
    vault: lasting(await api.vault.status()),
    signIns: (await api.servers.list()).map(({ status: { signIn } }) => signIn && known(signIn)),
    imports: (await api.transfer.jobs({})).map(importThatWas),
    logLevels: await api.logs.levels({}),
    recorded: await recorded(api),
    secretAsItsServerSeesIt: called.result,
  };
}
