import type { RunResult } from "better-sqlite3";
import {
  createTableRelationsHelpers,
  type ExtractTablesWithRelations,
  extractTablesRelationalConfig,
} from "drizzle-orm/relations";
import { BaseSQLiteDatabase, SQLiteSyncDialect } from "drizzle-orm/sqlite-core";
import { isOfLogWords } from "./log-words.ts";
import { migrations as configurationMigrations } from "./migrations/configuration.ts";
import { migrations as trafficMigrations } from "./migrations/traffic.ts";
import { closeFile, connect, type FileKind, openFile } from "./open.ts";
import { resolvePaths } from "./paths.ts";
import * as configuration from "./schema/configuration.ts";
import * as traffic from "./schema/traffic.ts";
import { Scope } from "./scope.ts";
import { ScopedSession, type Transaction } from "./session.ts";
import type { Connection } from "./sqlite.ts";

/** “LMGC” */
const CONFIGURATION_ID = 0x4c4d4743;
/** “LMGT” */
const TRAFFIC_ID = 0x4c4d4754;

/** local-mcp-gateway.db: what was acknowledged survives a power cut. */
export const configurationFile: FileKind = {
  applicationId: CONFIGURATION_ID,
  migrations: configurationMigrations,
  synchronous: "FULL",
  pageBytes: 4096,
  incrementalVacuum: false,
  erasesDeleted: true,
  checkPages: true,
  copyBeforeMigration: true,
};

/** traffic.db: grows large, and may lose its last moments with the power. */
export const trafficFile: FileKind = {
  applicationId: TRAFFIC_ID,
  migrations: trafficMigrations,
  synchronous: "NORMAL",
  // A message of some KB would leave half of a smaller page empty.
  pageBytes: 16_384,
  incrementalVacuum: true,
  erasesDeleted: false,
  checkPages: false,
  copyBeforeMigration: false,
  mayHold: isOfLogWords,
};

/** A database file as drizzle shows it, with `query` for its relations, until it is closed. */
export class Handle<Schema extends Record<string, unknown>> extends BaseSQLiteDatabase<
  "sync",
  RunResult,
  Schema
> {
  readonly #close: () => void;

  constructor(
    dialect: SQLiteSyncDialect,
    session: ScopedSession<Schema, ExtractTablesWithRelations<Schema>>,
    schema: ConstructorParameters<
      typeof BaseSQLiteDatabase<"sync", RunResult, Schema, ExtractTablesWithRelations<Schema>>
    >[3],
    close: () => void,
  ) {
    super("sync", dialect, session, schema);
    this.#close = close;
  }

  /** Closes the file. An asynchronous transaction that is open is rolled back and rejected. */
  close(): void {
    this.#close();
  }
}

export interface DbOptions {
  /** The database file; a leading `~` is expanded. Default: see {@link resolvePaths}. */
  path?: string;
  /** Prints each statement to stderr, or to a function; never the values bound to it. */
  verbose?: boolean | ((statement: string) => void);
  /** Its pages were looked at a moment ago, and nobody has written it since: they are not again. */
  isChecked?: boolean;
  /** Path of a better_sqlite3.node to use instead of the shipped one, as LOCAL_MCP_SQLITE_BINDING. */
  nativeBinding?: string;
}

const printToStderr = (statement: string): void => {
  process.stderr.write(`${statement}\n`);
};

/** Opens a file of any kind with the tables it holds. */
const openHandle = <Schema extends Record<string, unknown>>(
  path: string,
  kind: FileKind,
  fullSchema: Schema,
  { verbose = false, nativeBinding, isChecked }: Omit<DbOptions, "path">,
): Handle<Schema> => {
  const connection = openFile(path, kind, { nativeBinding, isChecked });
  let second: Connection | undefined;
  const { tables, tableNamesMap } = extractTablesRelationalConfig<
    ExtractTablesWithRelations<Schema>
  >(fullSchema, createTableRelationsHelpers);
  const schema = { fullSchema, schema: tables, tableNamesMap };
  const dialect = new SQLiteSyncDialect();
  const scope = new Scope();
  const context = {
    path,
    dialect,
    schema,
    print: verbose === true ? printToStderr : verbose || undefined,
    transactionConnection: () => (second ??= connect(path, kind, { nativeBinding })),
  };
  const session = new ScopedSession<Schema, ExtractTablesWithRelations<Schema>>(
    context,
    connection,
    scope,
    "main",
  );
  return new Handle(dialect, session, schema, () => {
    scope.end("shutting_down");
    second?.close();
    closeFile(connection);
  });
};

/** The configuration database. */
export type Db = Handle<typeof configuration>;
/** What the callback of `db.transaction` is given. */
export type Tx = Transaction<typeof configuration>;
/** What queries run on: the database, or a transaction in it. */
export type Queryable = BaseSQLiteDatabase<"sync", RunResult, typeof configuration>;

/**
 * Opens the configuration database, creating or migrating it where needed.
 *
 * Transactions: a plain callback is synchronous and runs at once; an `async` one runs on a
 * connection of its own, one after another. While one of those is open, awaited queries wait for it
 * and synchronous ones throw `database_busy`. See docs/database/README.md.
 * @throws GatewayError as {@link openFile}, and config_invalid for a path that names no file
 */
export const createDb = ({ path, ...options }: DbOptions = {}): Db =>
  openHandle(
    resolvePaths({ databasePath: path }).database,
    configurationFile,
    configuration,
    options,
  );

/** The traffic database: logs and raw metrics. */
export type TrafficDb = Handle<typeof traffic>;

/** Opens the traffic database, as {@link createDb} does the configuration. */
export const createTrafficDb = ({ path, ...options }: DbOptions & { path: string }): TrafficDb =>
  openHandle(resolvePaths({ databasePath: path }).database, trafficFile, traffic, options);
