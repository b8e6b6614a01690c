import { GatewayError } from "@local-mcp/contract";
import { z } from "zod";
import { makePrivateDirectory, makePrivateFile, sizeOf } from "./files.ts";
import type { Paths } from "./paths.ts";
import {
  assertRuntime,
  type Connection,
  isSqliteError,
  openSqlite,
  translating,
} from "./sqlite.ts";

const lockHolder = z.object({
  pid: z.number(),
  /** Which face of the product, for example “app” or “serve”. */
  kind: z.string(),
  /** Where it answers, when that was known. */
  url: z.string().nullable(),
  /** ms since 1970. */
  since: z.number(),
});
/** Who works on a data directory. */
export type LockHolder = z.infer<typeof lockHolder>;

export interface DataDirectoryLock {
  /** Lets the next one in. */
  release(): void;
}

/** ms; somebody who only looks, or leaves again, is gone within this. */
const PATIENCE_MS = 200;

/** Connections that hold a lock. One that nothing refers to would be collected, and closed by that. */
const held = new Set<Connection>();

/** Who wrote its name last, or null where nobody has. */
const readHolder = (connection: Connection): LockHolder | null => {
  if (connection.prepare("SELECT 1 FROM sqlite_schema").get() === undefined) return null;
  return lockHolder.parse(connection.prepare("SELECT pid, kind, url, since FROM holder").get());
};

/** True when this connection holds the write lock afterwards, false when another one does. */
const tryBegin = (connection: Connection): boolean => {
  try {
    connection.exec("BEGIN IMMEDIATE");
    return true;
  } catch (error) {
    if (isSqliteError(error, "SQLITE_BUSY")) return false;
    throw error;
  }
};

/**
 * Makes this process the one writer of a data directory until it releases the lock or ends.
 *
 * The lock is an open write transaction on a small database of its own, so the system itself gives
 * it back when the process dies, however it dies; and as SQLite lets others read meanwhile, whoever
 * is refused can say who holds it. https://sqlite.org/lockingv3.html, RESERVED
 * @throws GatewayError data_dir_held, data_dir_unusable, disk_full, node_too_old
 */
export const lockDataDirectory = (
  paths: Paths,
  { kind, url = null }: { kind: string; url?: string | null },
): DataDirectoryLock => {
  assertRuntime({});
  makePrivateDirectory(paths.dataDir);
  makePrivateFile(paths.lock);
  return translating(paths.lock, () => {
    const connection = openSqlite(paths.lock, { timeout: PATIENCE_MS });
    const since = Date.now();
    const isMine = (holder: LockHolder | null): boolean =>
      holder?.pid === process.pid && holder.since === since;
    const refusal = (): GatewayError => {
      const holder = readHolder(connection);
      const name =
        holder && !isMine(holder) ? `pid ${holder.pid}, ${holder.kind}` : "just starting";
      return new GatewayError("data_dir_held", { holder: name, dataDir: paths.dataDir });
    };
    try {
      if (!tryBegin(connection)) throw refusal();
      connection.exec(
        "CREATE TABLE IF NOT EXISTS holder (pid INTEGER, kind TEXT, url TEXT, since INTEGER); DELETE FROM holder",
      );
      connection
        .prepare("INSERT INTO holder (pid, kind, url, since) VALUES (?, ?, ?, ?)")
        .run(process.pid, kind, url, since);
      // Others can read the name once it is committed, which ends the transaction. Of those who get
      // in before the next one begins, the last to write its name stays and the others leave.
      connection.exec("COMMIT");
      if (!tryBegin(connection) || !isMine(readHolder(connection))) throw refusal();
    } catch (error) {
      connection.close();
      throw error;
    }
    held.add(connection);
    return {
      release() {
        connection.close();
        held.delete(connection);
      },
    };
  });
};

/** Who holds the lock of a data directory, or null. Creates nothing. */
export const readLockHolder = (paths: Paths): LockHolder | null => {
  if (!sizeOf(paths.lock)) return null;
  return translating(paths.lock, () => {
    const connection = openSqlite(paths.lock, { timeout: PATIENCE_MS });
    try {
      return tryBegin(connection) ? null : readHolder(connection);
    } finally {
      connection.close();
    }
  });
};
