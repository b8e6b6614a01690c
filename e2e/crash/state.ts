import { createHash } from "node:crypto";
import Database from "better-sqlite3";

export const DATABASE = "local-mcp-gateway.db";

/** What a database holds, told by what is in its rows. */
export interface State {
  /** Of every row of every table but the audit log and its counter, hexadecimal. */
  digest: string;
  /** The same without the keys of the vault, which are wrapped anew by every restore. */
  content: string;
  /** Ids in the audit log, which only ever grows while a state lasts. */
  audit: string[];
}

/** So that 1, "1" and the byte "1" are told apart. */
const typed = (value: unknown): string =>
  Buffer.isBuffer(value) ? `x${value.toString("hex")}` : `${typeof value} ${String(value)}`;

/** A table by its name and rows, in an order that is always the same. */
const linesOf = (database: Database.Database, table: string): string[] => {
  const rows = database.prepare(`SELECT * FROM "${table}"`).raw().all();
  const lines = rows.map((row) => JSON.stringify(Array.isArray(row) ? row.map(typed) : row));
  return [`table ${table}`, ...lines.sort()];
};

/**
 * Read with a connection of its own and by none of the product's code: what is judged here may not
 * judge itself.
 */
export function stateOf(path: string): State {
  const database = new Database(path, { fileMustExist: true });
  try {
    const tables = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .pluck()
      .all()
      .map(String)
      .filter((name) => name !== "audit_log" && name !== "sqlite_sequence");
    const digestOf = (names: string[]): string => {
      const hash = createHash("sha256");
      for (const name of names) hash.update(linesOf(database, name).join("\n"));
      return hash.digest("hex");
    };
    const audit = database.prepare("SELECT id FROM audit_log").pluck().all().map(String);
    const content = digestOf(tables.filter((name) => name !== "vault_keys"));
    return { digest: digestOf(tables), content, audit };
  } finally {
    database.close();
  }
}

/** What a person set up; what else is in a database changes while it is served. */
const CONFIGURATION = [
  "mcp_servers",
  "profiles",
  "profile_mcp_servers",
  "resources",
  "settings",
  "vault_secrets",
];

export interface Configured {
  /** Of every row that a person set up, hexadecimal. */
  digest: string;
  /** Names of access tokens. */
  tokens: string[];
}

/** The same look at a database that was served meanwhile. */
export function configurationOf(path: string): Configured {
  const database = new Database(path, { fileMustExist: true });
  try {
    const hash = createHash("sha256");
    for (const name of CONFIGURATION) hash.update(linesOf(database, name).join("\n"));
    const tokens = database.prepare("SELECT name FROM access_tokens").pluck().all().map(String);
    return { digest: hash.digest("hex"), tokens };
  } finally {
    database.close();
  }
}
