import { GatewayError, type ImportCommand } from "@local-mcp/contract";
import type { AnyEntity, Build, Configuration } from "@local-mcp/transfer";
import type { Vault } from "@local-mcp/vault";
import type { Configuration as AppConfiguration } from "../../configuration/configuration.ts";
import type { RuntimesService } from "../../runtimes/runtimes-service.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Stores } from "../../stores.ts";
import { openSealed } from "../../vault/owned-secrets.ts";
import { readConfiguration } from "./read.ts";

export interface TransferStoreOptions {
  stores: Stores;
  vault: Vault;
  configuration: Pick<AppConfiguration, "paths">;
  runtimes: Pick<RuntimesService, "ready">;
  /** Looks at templates, filters and schemas. */
  sandbox: Sandbox;
  /** Called with the id of a server that goes to another origin, within the transaction that stores that. */
  onMoved: (serverId: string) => void;
}

/** What is configured, on its way into a file and out of one. */
export interface TransferStore {
  /** With every secret in clear; one that is stored no more is withheld. @throws GatewayError vault_… */
  read(): Promise<Configuration>;
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
  const { stores, vault } = options;
  const later = (): never => {
    throw new GatewayError("internal");
  };
  return {
    read: async () => {
      const hasSecrets = OWNERS.some((table) => stores.vault.secrets.isOwner(table));
      if (hasSecrets) await vault.ready();
      // Whatever changes after this line changes all of it or nothing.
      const sealed = new Map(stores.vault.secrets.list().map((row) => [row.id, row]));
      return readConfiguration(stores, (owner, id) => {
        const secret = sealed.get(id);
        return secret === undefined ? null : openSealed(vault, owner, secret);
      });
    },
    readClosed: () => readConfiguration(stores, () => null),
    build: async () => later(),
    needsProcesses: later,
    commandOf: later,
    consent: later,
  };
}

/** Tables whose rows have secrets that belong to what is configured. */
const OWNERS = ["mcp_servers", "tools"];
