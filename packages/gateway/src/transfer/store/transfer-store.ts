import { GatewayError, type ImportCommand } from "@local-mcp/contract";
import type { AnyEntity, Build, Configuration } from "@local-mcp/transfer";
import type { Vault } from "@local-mcp/vault";
import type { Configuration as AppConfiguration } from "../../configuration/configuration.ts";
import type { RuntimesService } from "../../runtimes/runtimes-service.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Stores } from "../../stores.ts";

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
  const later = (): never => {
    throw new GatewayError("internal", { options: Object.keys(options).length });
  };
  return {
    read: async () => later(),
    readClosed: later,
    build: async () => later(),
    needsProcesses: later,
    commandOf: later,
    consent: later,
  };
}
