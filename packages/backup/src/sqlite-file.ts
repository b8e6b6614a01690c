import { existsSync } from "node:fs";
import { GatewayError } from "@local-mcp/contract";
import { type Connection, createPrivateFile, openSqlite, translating } from "@local-mcp/database";

/** A connection that is closed again where it cannot be used. */
const prepared = (
  connection: Connection,
  prepare: (connection: Connection) => void,
): Connection => {
  try {
    prepare(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
};

/**
 * A connection to a file of which nothing that was not checked yet may run, and none of whose sizes is
 * believed. https://sqlite.org/security.html
 */
export const openUntrusted = (path: string, { readonly = false } = {}): Connection => {
  return prepared(openSqlite(path, { readonly }), (connection) => {
    connection.pragma("trusted_schema = OFF");
    connection.pragma("cell_size_check = ON");
    connection.pragma("mmap_size = 0");
    // What SQLite sorts, or would need to take back, is never beside the file or in a shared directory.
    connection.pragma("temp_store = MEMORY");
  });
};

/** A connection to a file from elsewhere, which cannot write. */
export const openToRead = (path: string): Connection => openUntrusted(path, { readonly: true });

/**
 * A connection to the live database, for reading. Not opened as read-only: the last connection to
 * such a file leaves an empty log behind, which only one that may write removes.
 *
 * @throws GatewayError backup_unreadable where there is none: it is not made
 */
export const openLive = (path: string): Connection => {
  if (!existsSync(path)) {
    throw new GatewayError("backup_unreadable", { name: path, reason: "it is not there" });
  }
  return openUntrusted(path);
};

/**
 * A connection to a file of our own that nobody needs if this process ends: it waits for no disk,
 * and flushing the file afterwards is the caller's. What is deleted leaves no bytes.
 */
export const openScratch = (path: string): Connection =>
  prepared(openUntrusted(path), (connection) => {
    connection.pragma("journal_mode = MEMORY");
    connection.pragma("synchronous = OFF");
    connection.pragma("secure_delete = ON");
    connection.pragma("foreign_keys = OFF");
  });

/**
 * Copies a database into a new private file: what it held at one instant, and nothing of what was
 * deleted. It is not flushed. https://sqlite.org/lang_vacuum.html#vacuuminto
 */
export const copyInto = (connection: Connection, path: string): void => {
  // VACUUM INTO keeps the mode of an empty file that is there.
  createPrivateFile(path);
  // It waits for the disk as its source does; and that one has to, where closing it empties its log.
  const before = Number(connection.pragma("synchronous", { simple: true }));
  connection.pragma("synchronous = OFF");
  try {
    connection.prepare("VACUUM INTO ?").run(path);
  } finally {
    connection.pragma(`synchronous = ${before}`);
  }
};

/**
 * Runs `work` on a connection to a file and closes it, whatever comes of it.
 *
 * @param open one of those above
 * @throws GatewayError as {@link translating}
 */
export const withConnection = <T>(
  open: (path: string) => Connection,
  path: string,
  work: (connection: Connection) => T,
): T =>
  translating(path, () => {
    const connection = open(path);
    try {
      return work(connection);
    } finally {
      connection.close();
    }
  });

/** What was said of the database in a backup, told of the backup as people call it. */
export const ofBackup = (error: unknown, name: string): unknown => {
  if (!(error instanceof GatewayError)) return error;
  if (error.code === "database_newer") {
    return new GatewayError("backup_newer", { name, version: "newer" }, { cause: error });
  }
  if (error.code !== "database_damaged") return error;
  const reason = String(error.params["reason"]);
  return new GatewayError("backup_damaged", { name, reason }, { cause: error });
};
