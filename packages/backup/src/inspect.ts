import { closeSync, openSync, readSync, statSync } from "node:fs";
import { type BackupCounts, GatewayError } from "@local-mcp/contract";
import { type Connection, faultIn, type FileKind, schemaAfter } from "@local-mcp/database";
import { isDeepStrictEqual } from "node:util";
import { type ContentDigest, contentDigest, MAX_ROW_BYTES, RowTooLarge } from "./digest.ts";
import { BACKUP_TABLES, type Manifest, readManifest, versionIn } from "./manifest.ts";
import { ALSO_IN_A_BACKUP, schemaFault } from "./schema.ts";
import { schemaBytes } from "./schema-bytes.ts";
import { ofBackup, openToRead, withConnection } from "./sqlite-file.ts";

interface InspectOptions {
  kind: FileKind;
  /** As people call the file, for errors. */
  name: string;
  /** @param progress 0 to 1 */
  onProgress?: (progress: number) => void;
}

/** What a file holds that was found whole. */
export interface Inspection {
  /** How many migrations it has had. */
  schema: number;
  digest: ContentDigest;
  /** What it says it holds, which it does; null in a database that was copied by hand. */
  manifest: Manifest | null;
}

/** https://sqlite.org/fileformat.html#the_database_header */
const HEADER = { bytes: 100, magic: "SQLite format 3\0", pageSize: 16, pages: 28 };
/** The schema of the gateway takes 20 KB. */
const MAX_SCHEMA_BYTES = 1024 * 1024;
const MIGRATIONS_TABLE = "__drizzle_migrations";

const damaged = (name: string, reason: string): GatewayError =>
  new GatewayError("backup_damaged", { name, reason });
const refused = (name: string, reason: string): GatewayError =>
  new GatewayError("backup_refused", { name, reason });

const readHeader = (path: string): Buffer => {
  const file = openSync(path, "r");
  try {
    const header = Buffer.alloc(HEADER.bytes);
    return header.subarray(0, readSync(file, header, 0, HEADER.bytes, 0));
  } finally {
    closeSync(file);
  }
};

/** Sizes that a file claims are held against the one that it has, before SQLite believes them. */
const refuseFalseSizes = (path: string, name: string): void => {
  const header = readHeader(path);
  if (header.length < HEADER.bytes || !header.toString("latin1").startsWith(HEADER.magic)) {
    throw new GatewayError("backup_not_ours", { name, reason: "it is not a SQLite database" });
  }
  const said = header.readUInt16BE(HEADER.pageSize);
  const pageSize = said === 1 ? 65_536 : said;
  const bytes = header.readUInt32BE(HEADER.pages) * pageSize;
  if (bytes > statSync(path).size) throw damaged(name, "it says that it is longer than it is");
  if (schemaBytes(path, pageSize, MAX_SCHEMA_BYTES) > MAX_SCHEMA_BYTES) {
    throw refused(name, "it describes more tables than this program has");
  }
};

/** How many migrations it has had; of a copy made by way of `.dump`, by its table of them. */
const migrationsOf = (connection: Connection, { kind, name }: InspectOptions): number => {
  const applicationId = connection.pragma("application_id", { simple: true });
  const said = Number(connection.pragma("user_version", { simple: true }));
  if (applicationId === kind.applicationId) return said;
  const table = connection.prepare("SELECT type, sql FROM sqlite_schema WHERE name = ?");
  const ours = schemaAfter(kind, 1).find((entry) => entry.name === MIGRATIONS_TABLE);
  const found = table.get(MIGRATIONS_TABLE);
  if (
    applicationId !== 0 ||
    !isDeepStrictEqual({ ...Object(found) }, { type: "table", sql: ours?.sql })
  ) {
    throw new GatewayError("backup_not_ours", { name, reason: "it belongs to another program" });
  }
  return Number(connection.prepare(`SELECT count(*) FROM ${MIGRATIONS_TABLE}`).pluck().get());
};

/** Schema first: only what is known to be harmless may run while the rest is checked. */
const refuseForeignSchema = (connection: Connection, options: InspectOptions): number => {
  const { kind, name } = options;
  const applied = migrationsOf(connection, options);
  if (applied > kind.migrations.length) {
    throw new GatewayError("backup_newer", { name, version: versionIn(connection) || "unknown" });
  }
  const fault = schemaFault(connection, kind, applied, ALSO_IN_A_BACKUP);
  if (applied < 1 || fault !== null) throw refused(name, fault ?? "it has no tables");
  return applied;
};

/**
 * Checks the pages, the indexes and what rows refer to.
 *
 * @throws GatewayError backup_damaged
 */
export const checkIntegrity = (connection: Connection, name: string): void => {
  const verdict = String(connection.pragma("integrity_check(1)", { simple: true }));
  if (verdict !== "ok") throw damaged(name, faultIn(verdict));
  const orphan = connection
    .prepare<[], string>('SELECT "table" FROM pragma_foreign_key_check')
    .pluck()
    .get();
  if (orphan !== undefined)
    throw damaged(name, `a row of ${orphan} refers to one that is not there`);
};

/**
 * What every table holds, but for those of a backup.
 *
 * @throws GatewayError backup_refused for a row that is too large to be one of ours
 */
export const digestOfContent = (
  connection: Connection,
  name: string,
  onProgress?: (progress: number) => void,
): ContentDigest => {
  try {
    return contentDigest(connection, { except: Object.keys(BACKUP_TABLES), onProgress });
  } catch (error) {
    if (!(error instanceof RowTooLarge)) throw error;
    const limit = `${MAX_ROW_BYTES / 2 ** 20} MB`;
    throw refused(name, `a row of ${error.table} holds more than ${limit}`);
  }
};

const refuseOtherContent = (
  connection: Connection,
  {
    digest: { tables },
    manifest,
    name,
  }: { digest: ContentDigest; manifest: Manifest; name: string },
): void => {
  const found = Object.fromEntries(tables.map(({ name, sha256 }) => [name, sha256]));
  const rows = tables.map(({ name, rows }) => ({ name, rows }));
  const { digests, contents } = manifest;
  const isSame =
    isDeepStrictEqual(rows, contents.tables) &&
    isDeepStrictEqual(found, { ...digests }) &&
    isDeepStrictEqual(countsOf(connection), contents.counts);
  if (!isSame) {
    throw damaged(name, "its tables do not hold what its list says");
  }
};

/** Of a database of any version. */
export const countsOf = (connection: Connection): BackupCounts => {
  const count = (sql: string): number =>
    Number(connection.prepare(`SELECT count(*) FROM ${sql}`).pluck().get());
  return {
    servers: count("mcp_servers"),
    profiles: count("profiles"),
    tokens: count("access_tokens"),
    signIns: count("oauth_tokens"),
    secrets: count("vault_secrets"),
  };
};

/**
 * Looks at a database file from elsewhere, hostile until shown otherwise: sizes, schema, integrity,
 * and that it holds what its manifest says. Nobody may have it open, and there is no `-wal`.
 *
 * @throws GatewayError backup_damaged, backup_newer, backup_not_ours, backup_refused
 */
export const inspect = (path: string, options: InspectOptions): Inspection => {
  const { name, onProgress } = options;
  refuseFalseSizes(path, name);
  try {
    return withConnection(openToRead, path, (connection) => {
      const schema = refuseForeignSchema(connection, options);
      checkIntegrity(connection, name);
      const digest = digestOfContent(connection, name, onProgress);
      const manifest = readManifest(connection);
      const isBackup = connection
        .prepare("SELECT 1 FROM sqlite_schema WHERE name = 'backup_manifest'")
        .get();
      if (isBackup !== undefined && manifest === null)
        throw damaged(name, "its list cannot be read");
      if (manifest !== null) refuseOtherContent(connection, { digest, manifest, name });
      return { schema, digest, manifest };
    });
  } catch (error) {
    throw ofBackup(error, name);
  }
};
