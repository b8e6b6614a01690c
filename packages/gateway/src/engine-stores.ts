import { LOCAL_SERVER } from "@local-mcp/contract";
import type { NameAssignment } from "@local-mcp/database";
import {
  capabilityKey,
  type CatalogStore,
  type EraStore,
  type GivenNames,
  type SessionStore,
} from "@local-mcp/engine";
import type { StorageBackend } from "@local-mcp/sessions/server";
import type { Redactor } from "@local-mcp/vault";
import { z } from "zod";
import type { Stores } from "./stores.ts";
import type { ToolChanges } from "./tool-changes/tool-changes.ts";

const jsonObject = z.record(z.string(), z.json());

/** What the engine learned of the servers, and the names it gave. */
export function createCatalogStore(stores: Stores, toolChanges: ToolChanges): CatalogStore {
  const { catalogs, names } = stores;
  const own = { tool: stores.tools, prompt: stores.prompts };
  const saveOne = ({ profileId, kind, names: assigned }: GivenNames): void => {
    const others = names.list(profileId).filter((assignment) => assignment.kind !== kind);
    const all = [...assigned].map(([key, exposedName]): NameAssignment => {
      const space = key.indexOf(" ");
      const [mcpServerId, originalName] = [key.slice(0, space), key.slice(space + 1)];
      return { kind, mcpServerId, originalName, exposedName };
    });
    const local = all.filter(({ mcpServerId }) => mcpServerId === LOCAL_SERVER);
    names.replace(profileId, [
      ...others,
      ...all.filter(({ mcpServerId }) => mcpServerId !== LOCAL_SERVER),
    ]);
    own[kind].nameIn(
      profileId,
      new Map(local.map(({ originalName, exposedName }) => [originalName, exposedName])),
    );
  };
  return {
    load: (serverId) => {
      const row = catalogs.get(serverId);
      if (!row) return null;
      const { tools, prompts, resources, resourceTemplates, listedAt } = row;
      toolChanges.recall(serverId, tools);
      return {
        lists: { tools, prompts, resources, resourceTemplates },
        implementation: row.implementation && {
          ...row.implementation,
          instructions: z.string().nullable().catch(null).parse(row.implementation.instructions),
          // Those stored by earlier builds have none.
          capabilities: jsonObject.catch({}).parse(row.implementation.capabilities),
        },
        listedAt,
        configHash: row.configHash,
      };
    },
    save: (serverId, { lists, implementation, listedAt, configHash }) => {
      try {
        stores.db.transaction(() => {
          catalogs.put({
            mcpServerId: serverId,
            ...lists,
            implementation: implementation && { ...implementation },
            listedAt,
            configHash,
          });
          toolChanges.listed(serverId, lists.tools, listedAt);
        });
      } catch (error) {
        // What was not stored was not accepted.
        toolChanges.forget(serverId);
        throw error;
      }
    },
    names: (profileId, kind) => {
      const local = [...own[kind].namesIn(profileId)];
      return new Map([
        ...names
          .list(profileId)
          .filter((assignment) => assignment.kind === kind)
          .map(
            (one) => [capabilityKey(one.mcpServerId, one.originalName), one.exposedName] as const,
          ),
        ...local.map(([name, exposed]) => [capabilityKey(LOCAL_SERVER, name), exposed] as const),
      ]);
    },
    saveNames: (given) => stores.db.transaction(() => given.forEach(saveOne)),
  };
}

/** Which era each server turned out to speak. */
export const createEraStore = ({ eras }: Stores): EraStore => ({
  load: (serverId) => {
    const row = eras.get(serverId);
    if (!row) return null;
    const { era, protocolVersion, configHash, decidedAt, isCertain } = row;
    return { era, protocolVersion, configHash, decidedAt, certain: isCertain };
  },
  save: (serverId, { certain, ...verdict }) =>
    eras.put({ mcpServerId: serverId, ...verdict, isCertain: certain }),
});

/**
 * Sessions of legacy clients, in the session store the gateway was given. What a client says of itself
 * is stored without secrets, since nothing depends on it.
 *
 * @param onRemoved removes what is kept of a session elsewhere
 */
export function createSessionStore(
  storage: StorageBackend,
  redactor: Pick<Redactor, "json">,
  onRemoved: (sessionId: string) => Promise<void>,
): SessionStore {
  return {
    create: (record) =>
      storage.createClientSession({
        ...record,
        clientInfo: jsonObject.parse(redactor.json(record.clientInfo)),
        capabilities: jsonObject.parse(record.capabilities),
      }),
    get: (sessionId) => storage.getClientSession(sessionId),
    list: () => storage.listClientSessions(),
    update: (sessionId, changes) => storage.updateClientSession(sessionId, changes),
    remove: async (sessionId) => {
      await storage.removeClientSession(sessionId);
      await onRemoved(sessionId);
    },
    touch: (seen) => storage.touch(seen),
  };
}

/** What the engine learns and must not forget, and where its sessions are. */
export const createEngineStores = (
  stores: Stores,
  toolChanges: ToolChanges,
  sessions: StorageBackend,
  redactor: Pick<Redactor, "json">,
  onSessionRemoved: (sessionId: string) => Promise<void>,
) => ({
  catalogs: createCatalogStore(stores, toolChanges),
  pins: toolChanges,
  eras: createEraStore(stores),
  sessions: createSessionStore(sessions, redactor, onSessionRemoved),
});
