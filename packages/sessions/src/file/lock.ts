import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import {
  type Connection,
  isSqliteError,
  makePrivateDirectory,
  makePrivateFile,
  openSqlite,
  translating,
} from "@local-mcp/database";

/** How long another process may write, ms. */
const PATIENCE_MS = 10_000;
const STEP_MS = 5;

/**
 * A lock between processes on a file beside another one. It is the write lock of a small database,
 * so the system itself gives it back when its holder dies, however that dies.
 * https://sqlite.org/lockingv3.html, RESERVED
 */
export class FileLock {
  readonly #path: string;
  readonly #for: string;
  #connection: Connection | null = null;

  /** @param path of the file that is protected; the lock is beside it */
  constructor(path: string) {
    this.#path = `${path}.lock`;
    this.#for = path;
  }

  /**
   * Runs `work` while no other process runs work of the same file. One at a time in this one.
   * @throws GatewayError session_store_held, session_store_unreachable; what `work` throws
   */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const connection = this.#open();
    const until = performance.now() + PATIENCE_MS;
    while (!this.#tryBegin(connection)) {
      if (performance.now() > until) {
        throw new GatewayError("session_store_held", { store: this.#for });
      }
      await sleep(STEP_MS);
    }
    try {
      return await work();
    } finally {
      // Not COMMIT: in an empty database a page is made that would have to be written, which fails
      // while another process is just looking whether it may begin.
      connection.exec("ROLLBACK");
    }
  }

  close(): void {
    this.#connection?.close();
    this.#connection = null;
  }

  #open(): Connection {
    if (this.#connection) return this.#connection;
    try {
      makePrivateDirectory(dirname(this.#path));
      makePrivateFile(this.#path);
      this.#connection = translating(this.#path, () => openSqlite(this.#path, { timeout: 0 }));
      return this.#connection;
    } catch (error) {
      if (!(error instanceof GatewayError && error.code === "data_dir_unusable")) throw error;
      throw new GatewayError("session_store_unreachable", {
        store: this.#for,
        reason: `its directory cannot be written: ${error.params["reason"]}.`,
        action: "Set the rights to that directory, or name a file in another one.",
      });
    }
  }

  #tryBegin(connection: Connection): boolean {
    return translating(this.#path, () => {
      try {
        connection.exec("BEGIN IMMEDIATE");
        return true;
      } catch (error) {
        if (isSqliteError(error, "SQLITE_BUSY")) return false;
        throw error;
      }
    });
  }
}
