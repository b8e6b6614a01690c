import { statSync } from "node:fs";
import { dirname } from "node:path";
import { GatewayError } from "@local-mcp/contract";
import Database, { SqliteError } from "better-sqlite3";

export type Connection = Database.Database;

/** better-sqlite3 13 is built against Node-API 10: Node 22.14, Electron 35. */
const NEEDED_NODE_API = 10;

/**
 * The first SQLite in which two connections cannot corrupt a WAL database by writing and
 * checkpointing at once (sqlite.org, release 3.51.3, “WAL-reset bug”).
 */
const NEEDED_SQLITE = "3.51.3";

/** How long a statement waits for another program's lock, ms. It blocks the thread, so not long. */
const BUSY_TIMEOUT_MS = 2000;

export interface OpenOptions {
  readonly?: boolean;
  /** ms; how long to wait, blocking, for another program's lock. */
  timeout?: number;
  /** Path of a better_sqlite3.node to use instead of the shipped one. */
  nativeBinding?: string | undefined;
}

/** Compares versions such as 3.51.3 by their numbers. */
export const isOlder = (version: string, needed: string): boolean => {
  const [have, want] = [version, needed].map((text) => text.split(".").map(Number));
  const at = want?.findIndex((part, index) => part !== have?.[index]) ?? -1;
  return at >= 0 && (have?.[at] ?? 0) < (want?.[at] ?? 0);
};

const bindingOf = ({ nativeBinding }: OpenOptions): string | undefined =>
  nativeBinding || process.env["LOCAL_MCP_SQLITE_BINDING"] || undefined;

/**
 * With an older Node, loading SQLite's native code is a segmentation fault. To be asked before
 * anything is created; a build that was made for the older Node is taken at its word.
 * @throws GatewayError node_too_old
 */
export const assertRuntime = (options: OpenOptions): void => {
  if (!bindingOf(options) && Number(process.versions.napi) < NEEDED_NODE_API) {
    throw new GatewayError("node_too_old", { version: process.versions.node });
  }
};

/** The one place that loads SQLite's native code; importing better-sqlite3 does not. */
const load = (source: string | Buffer, options: OpenOptions): Connection => {
  assertRuntime(options);
  const nativeBinding = bindingOf(options);
  return new Database(source, {
    readonly: options.readonly ?? false,
    timeout: options.timeout ?? BUSY_TIMEOUT_MS,
    ...(nativeBinding && { nativeBinding }),
  });
};

/**
 * Opens a SQLite file, or the bytes of one.
 * @throws GatewayError node_too_old, sqlite_too_old; SqliteError, see {@link translating}
 */
export const openSqlite = (source: string | Buffer, options: OpenOptions = {}): Connection => {
  const connection = load(source, options);
  const version = String(connection.prepare("SELECT sqlite_version()").pluck().get());
  if (isOlder(version, NEEDED_SQLITE)) {
    connection.close();
    throw new GatewayError("sqlite_too_old", { version, needed: NEEDED_SQLITE });
  }
  return connection;
};

export const isSqliteError = (error: unknown, code: string): error is SqliteError =>
  error instanceof SqliteError && error.code.startsWith(code);

/**
 * Turns what SQLite says (https://sqlite.org/rescode.html) into an error a person can act on.
 * SQLite's texts name tables and columns, never values.
 */
const translate = (path: string, error: unknown): unknown => {
  if (!(error instanceof SqliteError)) return error;
  if (isFolder(path)) {
    const reason = `${path} is a folder, and has to be a file`;
    return new GatewayError(
      "data_dir_unusable",
      { dataDir: dirname(path), reason },
      { cause: error },
    );
  }
  const reason = error.message;
  const [, code] = error.code.split("_");
  switch (code) {
    case "FULL":
    case "IOERR":
      return new GatewayError("disk_full", { path, reason }, { cause: error });
    case "CORRUPT":
    case "NOTADB":
      return new GatewayError("database_damaged", { path, reason }, { cause: error });
    case "BUSY":
    case "LOCKED":
      return new GatewayError("database_locked", { path }, { cause: error });
    case "CANTOPEN":
    case "READONLY":
    case "PERM":
      return new GatewayError("data_dir_unusable", { dataDir: path, reason }, { cause: error });
    default:
      return error;
  }
};

/** SQLite opens one, and then has an error of the disk with it. */
const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Runs SQLite on the file at `path` with its errors translated. */
export const translating = <T>(path: string, run: () => T): T => {
  try {
    return run();
  } catch (error) {
    throw translate(path, error);
  }
};

/** Longest that SQLite's words are in a sentence. */
const MAX_VERDICT = 200;

/**
 * What SQLite finds wrong with a file, on one line and without the name that it has for it.
 *
 * @param verdict of https://sqlite.org/pragma.html#pragma_integrity_check
 */
export const faultIn = (verdict: string): string =>
  verdict
    .replace(/^\*\*\* in database \w+ \*\*\*/, "")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, MAX_VERDICT);
