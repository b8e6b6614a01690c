import type { Contract } from "@local-mcp/contract";
import {
  gatewayChanges,
  gatewayFromSeed,
  gatewayToSeed,
  promptChanges,
  promptFromSeed,
  promptToSeed,
  resourceChanges,
  resourceFromSeed,
  resourceToSeed,
  rootChanges,
  rootFromSeed,
  rootToSeed,
  serverChanges,
  serverFromSeed,
  serverToSeed,
  toolChanges,
  toolFromSeed,
  toolToSeed,
} from "@local-mcp/transfer";
import type { ContractRouterClient } from "@orpc/contract";

type Api = ContractRouterClient<Contract>;

/** What every entity of the seeds has. */
interface SeedEntity {
  id: string;
  enabled: boolean;
}

/** A kind of thing in the seeds' REST, carried out by the procedures of the contract. */
export interface SeedKind {
  /** What one is called in an answer. */
  singular: string;
  /** Tags with commas between them; undefined: all. */
  list(tags: string | undefined): Promise<SeedEntity[]>;
  /** By name, URI or id, with its content. */
  get(which: string): Promise<SeedEntity>;
  create(body: unknown): Promise<SeedEntity>;
  /** @param replaces whether fields that are left out go back to what they are by default */
  change(which: string, body: unknown, replaces: boolean): Promise<SeedEntity>;
  enable(which: string, enabled: boolean): Promise<SeedEntity>;
  remove(which: string): Promise<unknown>;
}

export const SEED_KINDS = [
  "tools",
  "prompts",
  "resources",
  "servers",
  "gateways",
  "roots",
] as const;
export type SeedKindName = (typeof SEED_KINDS)[number];

/** The kinds, for whoever the client speaks for. */
export const createSeedKinds = (api: Api): Record<SeedKindName, SeedKind> => ({
  tools: {
    singular: "tool",
    list: async (tags) => (await api.tools.list({ tags })).map(toolToSeed),
    get: async (tool) => toolToSeed(await api.tools.get({ tool })),
    create: async (body) => toolToSeed(await api.tools.create(toolFromSeed(body))),
    change: async (tool, body, replaces) => {
      const changes = toolChanges(body, await api.tools.get({ tool }), replaces);
      return toolToSeed(await api.tools.update({ tool, changes }));
    },
    enable: async (tool, enabled) =>
      toolToSeed(await api.tools.update({ tool, changes: { enabled } })),
    remove: (tool) => api.tools.remove({ tool }),
  },
  prompts: {
    singular: "prompt",
    list: async (tags) => (await api.prompts.list({ tags })).map(promptToSeed),
    get: async (prompt) => promptToSeed(await api.prompts.get({ prompt })),
    create: async (body) => promptToSeed(await api.prompts.create(promptFromSeed(body))),
    change: async (prompt, body, replaces) => {
      const changes = promptChanges(body, await api.prompts.get({ prompt }), replaces);
      return promptToSeed(await api.prompts.update({ prompt, changes }));
    },
    enable: async (prompt, enabled) =>
      promptToSeed(await api.prompts.update({ prompt, changes: { enabled } })),
    remove: (prompt) => api.prompts.remove({ prompt }),
  },
  resources: {
    singular: "resource",
    list: async (tags) => (await api.resources.list({ tags })).map((one) => resourceToSeed(one)),
    get: async (resource) =>
      resourceToSeed(
        await api.resources.get({ resource }),
        await api.resources.source({ resource }),
      ),
    create: async (body) => resourceToSeed(await api.resources.create(resourceFromSeed(body))),
    change: async (resource, body, replaces) => {
      const changes = resourceChanges(body, await api.resources.get({ resource }), replaces);
      return resourceToSeed(await api.resources.update({ resource, changes }));
    },
    enable: async (resource, enabled) =>
      resourceToSeed(await api.resources.update({ resource, changes: { enabled } })),
    remove: (resource) => api.resources.remove({ resource }),
  },
  roots: {
    singular: "root",
    list: async (tags) => (await api.roots.list({ tags })).map(rootToSeed),
    get: async (root) => rootToSeed(await api.roots.get({ root })),
    create: async (body) => rootToSeed(await api.roots.create(rootFromSeed(body))),
    change: async (root, body, replaces) => {
      const changes = rootChanges(body, await api.roots.get({ root }), replaces);
      return rootToSeed(await api.roots.update({ root, changes }));
    },
    enable: async (root, enabled) =>
      rootToSeed(await api.roots.update({ root, changes: { enabled } })),
    remove: (root) => api.roots.remove({ root }),
  },
  servers: serversOf(api),
  gateways: gatewaysOf(api),
});

/** Profiles. */
function serversOf({ profiles }: Api): SeedKind {
  const find = async (which: string): Promise<string> =>
    byTitle(
      which,
      (await profiles.list()).map(({ id, slug, name }) => ({ id, name: slug, title: name })),
    );
  const update = async (...[input]: Parameters<typeof profiles.update>) =>
    serverToSeed(await profiles.update(input));
  return {
    singular: "server",
    list: async (tags) => (await profiles.list({ tags })).map(serverToSeed),
    get: async (which) => serverToSeed(await profiles.get({ profile: await find(which) })),
    create: async (body) => serverToSeed(await profiles.create(serverFromSeed(body))),
    change: async (which, body, replaces) =>
      update({ profile: await find(which), changes: serverChanges(body, replaces) }),
    enable: async (which, enabled) => update({ profile: await find(which), changes: { enabled } }),
    remove: async (which) => profiles.remove({ profile: await find(which) }),
  };
}

/** Servers. */
function gatewaysOf({ servers }: Api): SeedKind {
  const find = async (which: string): Promise<string> => byTitle(which, await servers.list());
  const update = async (...[input]: Parameters<typeof servers.update>) =>
    gatewayToSeed((await servers.update(input)).server);
  return {
    singular: "gateway",
    list: async (tags) => (await servers.list({ tags })).map(gatewayToSeed),
    get: async (which) => gatewayToSeed(await servers.get({ server: await find(which) })),
    create: async (body) => gatewayToSeed((await servers.create(gatewayFromSeed(body))).server),
    change: async (which, body, replaces) => {
      const current = await servers.get({ server: await find(which) });
      return update({ server: current.id, changes: gatewayChanges(body, current, replaces) });
    },
    enable: async (which, enabled) => update({ server: await find(which), changes: { enabled } }),
    remove: async (which) => servers.remove({ server: await find(which) }),
  };
}

/**
 * A script calls a thing by what it named it, which is a title here. The id where a single one has
 * that title and none has the name; otherwise what was given, which the procedure looks up.
 */
function byTitle(
  which: string,
  all: readonly { id: string; name: string; title: string }[],
): string {
  if (all.some(({ id, name }) => id === which || name === which)) return which;
  const [only, ...others] = all.filter(({ title }) => title === which);
  return only === undefined || others.length > 0 ? which : only.id;
}
