import {
  GatewayError,
  type importApply,
  type ImportJob,
  type importOptions,
  type ImportPlan,
  type ImportReport,
} from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import type { Vault } from "@local-mcp/vault";
import type { z } from "zod";
import type { BackupsService } from "../backups/backups-service.ts";
import type { Configuration } from "../configuration/configuration.ts";
import type { Stores } from "../stores.ts";
import type { Principal } from "../tokens/principal.ts";
import type { VaultService } from "../vault/vault-service.ts";
import { ImportJobs } from "./import-jobs.ts";
import type { TransferStore } from "./store/transfer-store.ts";

export interface ImportServiceOptions {
  stores: Stores;
  store: TransferStore;
  configuration: Pick<Configuration, "secret">;
  vault: Pick<Vault, "ready">;
  vaultService: Pick<VaultService, "openWith">;
  backups: Pick<BackupsService, "beforeImport" | "files" | "job">;
  /** Called once what is configured has changed. */
  onImported: () => void;
  /** Called where a job has changed. */
  onChange: () => void;
  log: Log;
}

type Wish = z.output<typeof importOptions>;
type ApplyWish = z.output<typeof importApply>;

/** Reads a file into what is configured: plan, backup, one transaction. */
export class ImportService {
  readonly #jobs: ImportJobs;

  constructor(options: ImportServiceOptions) {
    const { stores, backups, onChange, log } = options;
    this.#jobs = new ImportJobs({
      store: stores.importJobs,
      isKept: (backup) => backups.files.hasCopy(backup),
      onChange,
      now: () => Date.now(),
      log,
    });
  }

  /** How many imports ended in which way, since the start. */
  get outcomes(): ReadonlyMap<string, number> {
    return this.#jobs.outcomes;
  }

  /** @throws GatewayError import_…, vault_… */
  async plan(_wish: Wish, _principal: Principal): Promise<ImportPlan> {
    throw new GatewayError("internal");
  }

  /** @throws GatewayError import_…, vault_…, backup_…, token_lacks_right, disk_full */
  async apply(_wish: ApplyWish, _principal: Principal): Promise<ImportReport> {
    throw new GatewayError("internal");
  }

  /** Newest first. */
  jobs(): ImportJob[] {
    return this.#jobs.list();
  }

  /** @throws GatewayError import_not_found */
  job(id: string): ImportJob {
    return this.#jobs.get(id);
  }

  /** @throws GatewayError import_not_found, import_not_cancellable */
  cancel(id: string): void {
    this.#jobs.cancel(id);
  }

  /** @returns how many were forgotten */
  cleanup(olderThanMs: number): number {
    return this.#jobs.cleanup(olderThanMs);
  }

  /** Cancels an import that has not begun to write, and waits for its end. */
  close(): Promise<void> {
    return this.#jobs.close();
  }
}
