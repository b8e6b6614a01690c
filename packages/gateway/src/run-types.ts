import type { EndedProcesses } from "@local-mcp/engine";
import type { Vault } from "@local-mcp/vault";
import type { Audit } from "./audit/audit.ts";
import type { Jobs } from "./backups/jobs.ts";
import type { Restorer } from "./backups/restorer.ts";
import type { Events } from "./events.ts";
import type { Gateway } from "./gateway-types.ts";

/** What a run is given that is there before it and after it. */
export interface Shell {
  events: Events;
  /** Of the command line; the same in each run, since `runtime.json` may have been read. */
  cliToken: string;
  jobs: Jobs;
  restorer: Restorer;
  /** Where it was served last; null where it was not. */
  port: number | null;
  /** Whether its data were put there by a restore, and it is the first over them. */
  isRestored: boolean;
  /** Whether its database was looked at page by page just before. */
  isChecked: boolean;
}

/** The gateway over one state of the data directory, from opening the database to closing it. */
export interface Run extends Pick<
  Gateway,
  "api" | "router" | "context" | "backups" | "listen" | "recheck"
> {
  vault: Vault;
  /** Writes down who did what. */
  audit: Audit;
  /** @throws where what is stored cannot be used */
  tryOut(): Promise<void>;
  close(): Promise<EndedProcesses>;
}
