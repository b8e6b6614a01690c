import type { ImportCommand } from "@local-mcp/contract";
import type { AnyEntity, Build, Configuration } from "@local-mcp/transfer";
import type { Vault } from "@local-mcp/vault";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Stores } from "../../stores.ts";
import { openSealed } from "../../vault/owned-secrets.ts";
import { consentHash } from "../../servers/config.ts";
import { type Storing, still } from "./draft.ts";
import { buildProfile } from "./profiles.ts";
import { buildPrompt } from "./prompts.ts";
import { readConfiguration } from "./read.ts";
import { buildResource } from "./resources.ts";
import { commandOf, needsProcesses } from "./rights.ts";
import { buildRoot } from "./roots.ts";
import { buildServer } from "./servers.ts";
import { buildTool } from "./tools.ts";

export interface TransferStoreOptions {
  stores: Stores;
  vault: Vault;
  configuration: { paths: { dataDir: string } };
  /** Looks at templates, filters and schemas. */
  sandbox: Sandbox;
  /** Called with the id of a server that goes to another origin, within the transaction that stores that. */
  onMoved: (serverId: string) => void;
}

/** What is configured, on its way into a file and out of one. */
export interface TransferStore {
  /** With every secret in clear; one that is stored no more is withheld. @throws GatewayError vault_… */
  read(): Promise<Configuration>;
  /** The same at once, as within a transaction; where secrets are stored the vault is open. */
  readNow(): Configuration;
  /** The same without opening any: all are withheld. */
  readClosed(): Configuration;
  build: Build;
  /** Whether to create or change it takes the right to start processes. */
  needsProcesses(entity: AnyEntity, before: AnyEntity | null): boolean;
  /** What would run, of those that wait for consent; null where nothing does. */
  commandOf(entity: AnyEntity): ImportCommand | null;
  /** Consent to the commands of these servers, by name; within a transaction. */
  consent(names: readonly string[]): void;
}

export function createTransferStore(options: TransferStoreOptions): TransferStore {
  const { stores, vault, sandbox, onMoved } = options;
  const { dataDir } = options.configuration.paths;
  /** Nothing is waited for in it, so that all of it is of one moment. */
  const readNow = (): Configuration => {
    const sealed = new Map(stores.vault.secrets.list().map((row) => [row.id, row]));
    return readConfiguration(stores, (owner, id) => {
      const secret = sealed.get(id);
      return secret === undefined ? null : openSealed(vault, owner, secret);
    });
  };
  const storing: Storing = { stores, vault, sandbox, dataDir, onMoved };
  return {
    async read() {
      if (OWNERS.some((table) => stores.vault.secrets.isOwner(table))) await vault.ready();
      return readNow();
    },
    readNow,
    readClosed: () => readConfiguration(stores, () => null),
    build: async (entity, before, surroundings) => {
      switch (entity.kind) {
        case "root":
          return buildRoot(storing, entity, before);
        case "server":
          return buildServer(storing, entity, before);
        case "tool":
          return buildTool(storing, entity, before);
        case "resource":
          return buildResource(
            storing,
            entity,
            before?.kind === "resource" ? before : null,
            surroundings,
          );
        case "profile":
          return buildProfile(storing, entity, before, surroundings);
        default:
          return buildPrompt(storing, entity, before);
      }
    },
    needsProcesses,
    commandOf,
    consent(names) {
      for (const id of stores.servers.idsOf(names).values()) {
        const { config } = still(stores.servers.get(id));
        stores.servers.update(id, { confirmedHash: consentHash(config) });
      }
    },
  };
}

/** Tables whose rows have secrets that belong to what is configured. */
const OWNERS = ["mcp_servers", "tools"];
