import type { Contract, Settings } from "@local-mcp/contract";
import type { EndedProcesses, RecheckReason } from "@local-mcp/engine";
import type { Redactor } from "@local-mcp/vault";
import type { ContractRouterClient } from "@orpc/contract";
import type { ApiContext } from "./api/context.ts";
import type { Router } from "./api/router.ts";
import type { BackupFiles } from "./backups/files.ts";
import type { Launcher } from "./clients/connections.ts";
import type { Events } from "./events.ts";
import type { LogSink } from "./log.ts";
import type { Keychain } from "./vault/vault-service.ts";

export interface GatewayOptions {
  /** `--data-dir`. */
  dataDir?: string;
  /** `--config-env`. */
  configEnv?: string;
  /** What the command line says; it wins over environment, `.env` and stored settings. */
  settings?: Partial<Settings>;
  env: NodeJS.ProcessEnv;
  /** Opens the vault, where it has a passphrase. */
  vaultPassphrase?: string;
  /** Where the system has one: opens the vault without a person. */
  keychain?: Keychain;
  /** What a client's configuration starts to reach the command line, absolute where it can be. */
  launcher?: Launcher;
  /** Who holds the data directory, as others are told. */
  kind: "cli" | "serve" | "app";
  /** Folder of the built pages that a browser gets at `/admin`; without it there are none. */
  pages?: string;
  log?: LogSink;
  /** Takes secrets out of what is shown; given where the caller shows more than the gateway does. */
  redactor?: Redactor;
  /** Whether servers start as from a terminal, by asking the login shell; by default in the app. */
  loginShell?: boolean;
}

/**
 * A gateway that is restored stays the same object. `api` may be kept; `router`, `context` and
 * `backups` are to be read from it each time. For the moment in which there is nothing to answer,
 * each fails with `restore_under_way`.
 */
export interface Gateway {
  /** The contract in process, with every right. */
  api: ContractRouterClient<Contract>;
  /** The same for another carrier, such as a MessagePort; called with {@link Gateway.context}. */
  router: Router;
  /** The person at this computer. */
  context: ApiContext;
  /** Files of backups, for those who carry them: HTTP, a dialog of the desktop, a command. */
  backups: BackupFiles;
  events: Events;
  /**
   * Starts the servers and the endpoint. Where the port is taken the servers run all the same, the
   * status says why nothing is served, and `listen` may be called again.
   *
   * @throws GatewayError port_taken, address_refused
   */
  listen(): Promise<{ url: string }>;
  /** Asks every server again whether it is there: the machine slept, or is in another network. */
  recheck(reason: RecheckReason): void;
  /**
   * Ends everything that was started: endpoint, servers with their processes, database, lock. Once,
   * however often it is called.
   *
   * @returns what had to end for it
   */
  close(): Promise<EndedProcesses>;
}
