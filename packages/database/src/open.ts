import { dirname, join } from "node:path";
import { GatewayError } from "@local-mcp/contract";
import type { MigrationMeta } from "drizzle-orm/migrator";
import {
  createPrivateFile,
  flushFile,
  makePrivateDirectory,
  makePrivateFile,
  readStart,
  removeFile,
  sizeOf,
} from "./files.ts";
import type { SchemaEntry } from "./schema-entries.ts";
import { assertRuntime, type Connection, faultIn, openSqlite, translating } from "./sqlite.ts";

/** What one kind of database file is. */
export interface FileKind {
  /** Marks the file as ours: https://sqlite.org/pragma.html#pragma_application_id */
  applicationId: number;
  migrations: MigrationMeta[];
  synchronous: "FULL" | "NORMAL";
  /** Of a file that is made, bytes; has to be said before the first table. */
  pageBytes: number;
  /** Freed pages can be given back bit by bit; has to be said before the first table. */
  incrementalVacuum: boolean;
  /** What is deleted or overwritten is gone from the file. */
  erasesDeleted: boolean;
  /** Every page is looked at before the file is opened for writing. */
  checkPages: boolean;
  /** An older file is copied before it is migrated. */
  copyBeforeMigration: boolean;
  /** What is made on the fly, and so may be in it besides what its migrations give. */
  mayHold?: (entry: SchemaEntry) => boolean;
}

export interface OpenFileOptions {
  nativeBinding?: string | undefined;
  /** Its pages were looked at a moment ago, and nobody has written it since. */
  isChecked?: boolean | undefined;
}

/** Offsets: https://sqlite.org/fileformat.html#the_database_header */
const HEADER = { bytes: 108, magic: "SQLite format 3\0", userVersion: 60, applicationId: 68 };
const FIRST_PAGE = { type: 100, leaf: 13, cells: 103 };
const MIGRATIONS_TABLE = "__drizzle_migrations";

/** What tells one file from another. */
interface Identity {
  applicationId: number;
  /** How many migrations it has had. */
  userVersion: number;
  isEmpty: boolean;
}

/** Hashes of the migrations a file has had. */
const historyOf = (connection: Connection): unknown[] => {
  const table = connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?");
  return table.get(MIGRATIONS_TABLE) === undefined
    ? []
    : connection.prepare(`SELECT hash FROM ${MIGRATIONS_TABLE} ORDER BY id`).pluck().all();
};

const isOurHistory = (history: unknown[], { migrations }: FileKind): boolean =>
  history.every((hash, index) => hash === migrations[index]?.hash);

const mark = (connection: Connection, kind: FileKind, userVersion: number): void => {
  connection.pragma(`application_id = ${kind.applicationId}`);
  connection.pragma(`user_version = ${userVersion}`);
};

const identityOfConnection = (connection: Connection, kind: FileKind): Identity => {
  const applicationId = Number(connection.pragma("application_id", { simple: true }));
  const userVersion = Number(connection.pragma("user_version", { simple: true }));
  const isEmpty = connection.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
  // A copy made by way of `.dump` has everything but these two marks.
  const history = applicationId === 0 ? historyOf(connection) : [];
  return history.length > 0 && isOurHistory(history, kind)
    ? { applicationId: kind.applicationId, userVersion: history.length, isEmpty }
    : { applicationId, userVersion, isEmpty };
};

const identityOfHeader = (header: Buffer): Identity => ({
  applicationId: header.readUInt32BE(HEADER.applicationId),
  userVersion: header.readUInt32BE(HEADER.userVersion),
  isEmpty:
    header.readUInt8(FIRST_PAGE.type) === FIRST_PAGE.leaf &&
    header.readUInt16BE(FIRST_PAGE.cells) === 0,
});

/** A connection that cannot write, and on which a hostile schema can do nothing. */
const openToLook = (source: string | Buffer, options: OpenFileOptions): Connection => {
  const connection = openSqlite(source, { ...options, readonly: true });
  connection.pragma("trusted_schema = OFF");
  connection.pragma("cell_size_check = ON");
  return connection;
};

/** A closed file in memory, marked as not having a write-ahead log, since it has none there. */
const inMemory = (path: string): Buffer => {
  const bytes = readStart(path);
  bytes.fill(1, 18, 20);
  return bytes;
};

/**
 * Files that this thread has open, and how often. Such a file was looked at already, and reading it
 * again would give up SQLite's locks on it, see {@link makePrivateFile}.
 */
const inUse = new Map<string, number>();

/**
 * Says how many migrations a file has had, 0 for a new one. Opening a file, even only for reading,
 * makes SQLite create `-wal` and `-shm`; so one that nobody has open is read without SQLite. Where
 * there is a `-wal` (the last writer was killed, or runs) its newest pages are in there.
 * @throws GatewayError database_damaged, database_newer
 */
const inspect = (
  path: string,
  kind: FileKind,
  { isChecked = false, ...options }: OpenFileOptions,
): number => {
  if (!sizeOf(path)) return 0;
  const damaged = (reason: string) => new GatewayError("database_damaged", { path, reason });
  const refuse = ({ applicationId, userVersion, isEmpty }: Identity): number => {
    if (isEmpty) return 0;
    if (applicationId !== kind.applicationId) throw damaged("it belongs to another program");
    if (userVersion > kind.migrations.length) throw new GatewayError("database_newer", { path });
    return userVersion;
  };

  const hasLog = Boolean(sizeOf(`${path}-wal`));
  // Another thread may have it open, whose locks would go with a file that is closed again here.
  const isInUse = sizeOf(`${path}-shm`) !== undefined;
  const checkPages = kind.checkPages && !isChecked;
  if (!isInUse) {
    const header = readStart(path, HEADER.bytes);
    if (header.length < HEADER.bytes || !header.toString("latin1").startsWith(HEADER.magic)) {
      throw damaged("it is not a SQLite database");
    }
    if (!hasLog && !checkPages) return refuse(identityOfHeader(header));
  }

  return translating(path, () => {
    const connection = openToLook(hasLog || isInUse ? path : inMemory(path), options);
    try {
      const applied = refuse(identityOfConnection(connection, kind));
      if (checkPages) {
        const verdict = String(connection.pragma("quick_check(1)", { simple: true }));
        if (verdict !== "ok") throw damaged(faultIn(verdict));
      }
      return applied;
    } finally {
      connection.close();
    }
  });
};

/** A whole, consistent copy in `backups/`: https://sqlite.org/lang_vacuum.html#vacuuminto */
const copyBeforeMigration = (connection: Connection, path: string): void => {
  const backups = join(dirname(path), "backups");
  makePrivateDirectory(backups);
  // Windows allows no colon in a file's name.
  const time = new Date().toISOString().replaceAll(":", "-");
  const copy = join(backups, `before-migration-${time}.db`);
  // VACUUM INTO keeps the mode of an empty file that is there, and does not wait for the disk.
  createPrivateFile(copy);
  try {
    translating(copy, () => connection.prepare("VACUUM INTO ?").run(copy));
    flushFile(copy);
  } catch (error) {
    removeFile(copy);
    throw error;
  }
};

/**
 * Brings a file to the newest schema, all or nothing. The table of what was applied is drizzle's;
 * its own migrator is not used because it leaves foreign keys on, and then rebuilding a table
 * deletes the rows that refer to it.
 */
export const migrate = (connection: Connection, kind: FileKind, applied: number): void => {
  const bringUp = connection.transaction(() => {
    connection.exec(
      `CREATE TABLE IF NOT EXISTS ${MIGRATIONS_TABLE} (id INTEGER PRIMARY KEY, hash TEXT NOT NULL, created_at NUMERIC)`,
    );
    const record = connection.prepare(
      `INSERT INTO ${MIGRATIONS_TABLE} (hash, created_at) VALUES (?, ?)`,
    );
    // Another one that opens it may have done so since it was looked at.
    const done = Math.max(applied, historyOf(connection).length);
    for (const { sql, hash, folderMillis } of kind.migrations.slice(done)) {
      for (const statement of sql) connection.exec(statement);
      record.run(hash, folderMillis);
    }
    const orphans = connection.prepare("SELECT count(*) FROM pragma_foreign_key_check").pluck();
    if (orphans.get() !== 0) throw new Error("A migration left rows without their parents.");
    mark(connection, kind, kind.migrations.length);
  });
  connection.pragma("foreign_keys = OFF");
  bringUp.immediate();
  connection.pragma("foreign_keys = ON");
};

const applyPragmas = (connection: Connection, path: string, kind: FileKind): void => {
  connection.pragma(`page_size = ${kind.pageBytes}`);
  if (kind.incrementalVacuum) connection.pragma("auto_vacuum = INCREMENTAL");
  const mode = connection.pragma("journal_mode = WAL", { simple: true });
  if (mode !== "wal") {
    throw new GatewayError("data_dir_unusable", {
      dataDir: dirname(path),
      reason: "a write-ahead log cannot be kept there, as on some network drives",
    });
  }
  connection.pragma(`synchronous = ${kind.synchronous}`);
  connection.pragma("fullfsync = ON");
  connection.pragma("checkpoint_fullfsync = ON");
  connection.pragma("trusted_schema = OFF");
  connection.pragma("cell_size_check = ON");
  connection.pragma("foreign_keys = ON");
  // What was sealed with a data key that was replaced is not left in pages that are free again.
  connection.pragma(`secure_delete = ${kind.erasesDeleted ? "ON" : "OFF"}`);
};

/** A connection for writing to a file of this kind. */
export const connect = (path: string, kind: FileKind, options: OpenFileOptions): Connection =>
  translating(path, () => {
    const connection = openSqlite(path, options);
    try {
      applyPragmas(connection, path, kind);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  });

/**
 * Opens a database file for writing: looks at it, creates it and its directory where they are not
 * there, migrates it where it is older.
 * @throws GatewayError database_damaged, database_newer (both: nothing was touched),
 *   data_dir_unusable, disk_full, database_locked, node_too_old, sqlite_too_old
 */
export const openFile = (path: string, kind: FileKind, options: OpenFileOptions): Connection => {
  assertRuntime(options);
  const applied = inUse.has(path) ? kind.migrations.length : inspect(path, kind, options);
  makePrivateDirectory(dirname(path));
  makePrivateFile(path);
  const connection = connect(path, kind, options);
  try {
    translating(path, () => {
      if (!isOurHistory(historyOf(connection), kind)) {
        const reason = "it was made by a build of this program that was never released";
        throw new GatewayError("database_damaged", { path, reason });
      }
      if (applied < kind.migrations.length) {
        if (applied > 0 && kind.copyBeforeMigration) copyBeforeMigration(connection, path);
        migrate(connection, kind, applied);
      } else if (connection.pragma("application_id", { simple: true }) !== kind.applicationId) {
        mark(connection, kind, applied);
      }
    });
    inUse.set(path, (inUse.get(path) ?? 0) + 1);
    return connection;
  } catch (error) {
    connection.close();
    if (error instanceof GatewayError) throw error;
    const reason = "it could not be brought to this version";
    throw new GatewayError("database_damaged", { path, reason }, { cause: error });
  }
};

/** Closes what {@link openFile} opened; once is enough. */
export const closeFile = (connection: Connection): void => {
  if (!connection.open) return;
  connection.close();
  const others = (inUse.get(connection.name) ?? 0) - 1;
  if (others > 0) inUse.set(connection.name, others);
  else inUse.delete(connection.name);
};
