import type { SessionStoreView } from "@local-mcp/contract";
import type { Db } from "@local-mcp/database";
import type { Log } from "@local-mcp/engine";
import { SqliteStorageBackend, type StorageBackend } from "@local-mcp/sessions/server";
import type { Vault } from "@local-mcp/vault";

/** How often sessions that have expired are removed, ms. */
const SWEEP_MS = 10 * 60_000;

/** Where sessions are stored, and swept while it is open. */
export class SessionStorage {
  readonly backend: StorageBackend;
  readonly #sweeper: NodeJS.Timeout;

  private constructor(backend: StorageBackend, log: Log) {
    this.backend = backend;
    this.#sweeper = setInterval(() => {
      backend.cleanupExpiredSessions().catch((error: unknown) => {
        log.error("expired sessions could not be removed", { error: String(error) });
      });
    }, SWEEP_MS);
    this.#sweeper.unref();
  }

  static async open(options: {
    db: Db;
    sealer: Vault;
    clientIdleMs: () => number;
    log: Log;
  }): Promise<SessionStorage> {
    const { db, sealer, clientIdleMs, log } = options;
    const backend = new SqliteStorageBackend(db, { sealer, clientIdleMs });
    await backend.init();
    return new SessionStorage(backend, log);
  }

  /** Where sessions are and how that is, as people are shown it. */
  async view(): Promise<SessionStoreView> {
    return {
      type: "sqlite",
      place: "local-mcp.db",
      chosenBy: "default",
      isShared: false,
      keepsMessages: false,
      problem: null,
      members: [],
    };
  }

  /** Tries a store that could not be reached again, now. */
  async retry(): Promise<void> {}

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    await this.backend.disconnect();
  }
}
