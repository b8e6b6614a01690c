import {
  GatewayError,
  type importApply,
  type ImportJob,
  type importOptions,
  type ImportPlan,
  type ImportReport,
} from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import type { z } from "zod";
import type { BackupsService } from "../backups/backups-service.ts";
import type { Configuration } from "../configuration/configuration.ts";
import type { PasteService } from "../servers/paste-service.ts";
import type { Stores } from "../stores.ts";
import type { Principal } from "../tokens/principal.ts";
import type { TransferStore } from "./store/transfer-store.ts";

export interface ImportServiceOptions {
  stores: Stores;
  store: TransferStore;
  configuration: Pick<Configuration, "secret">;
  backups: BackupsService;
  pastes: PasteService;
  /** Called once what is configured has changed. */
  onImported: () => void;
  /** Called where a job has changed. */
  onChange: () => void;
  log: Log;
}

/** Reads a file into what is configured: plan, backup, one transaction. */
export class ImportService {
  readonly #options: ImportServiceOptions;

  constructor(options: ImportServiceOptions) {
    this.#options = options;
  }

  /** @throws GatewayError import_… */
  async plan(_wish: z.output<typeof importOptions>, _principal: Principal): Promise<ImportPlan> {
    throw new GatewayError("internal");
  }

  /** @throws GatewayError import_… */
  async apply(_wish: z.output<typeof importApply>, _principal: Principal): Promise<ImportReport> {
    throw new GatewayError("internal");
  }

  /** Newest first. */
  jobs(): ImportJob[] {
    return [];
  }

  /** @throws GatewayError import_not_found */
  job(id: string): ImportJob {
    throw new GatewayError("import_not_found", { job: id.slice(0, 100) });
  }

  /** @throws GatewayError import_not_found, import_not_cancellable */
  cancel(id: string): void {
    this.job(id);
  }

  /** @returns how many were forgotten */
  cleanup(_olderThanMs: number): number {
    this.#options.onChange();
    return 0;
  }

  async close(): Promise<void> {}
}
