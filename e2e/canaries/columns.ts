import { createHash } from "node:crypto";
import * as database from "@local-mcp/database";
import { getTableColumns, getTableName, SQL } from "drizzle-orm";
import { getTableConfig, type SQLiteColumn, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { madeFrom } from "./from-schema.ts";

/** A text that is in one column only; a slug, so that every column takes it. */
export const canaryOf = (column: SQLiteColumn): string => {
  const place = `${getTableName(column.table)}.${column.name}`;
  return `cny-${createHash("sha256").update(place).digest("hex").slice(0, 20)}`;
};

/** Columns whose value decides more than a text may. */
const GIVEN: Record<string, unknown> = {
  "settings.key": "noProxy",
  // An old one is swept.
  "audit_log.created_at": Date.now(),
  "audit_log.action": "server.create",
  "audit_log.subject_kind": "server",
  // It has four characters.
  "vault_secrets.hint": "hint",
  "vault_secrets.owner_table": "mcp_servers",
  "vault_secrets.owner_id": canaryOf(database.mcpServers.id),
  // Longer than the test, in which nothing may expire.
  "mcp_sessions.expires_at": 8_000_000_000_000,
};

/** Columns of which a row has the one or the other. */
const LEFT_OUT = new Set(["resources.binary_content", "log_levels.mcp_server_id"]);

/** The words of a CHECK (column IN ('a', 'b')), by column. */
const wordsOf = (table: SQLiteTable): Map<string, string> => {
  const checks = getTableConfig(table).checks.map(({ value }) =>
    value.queryChunks.map((chunk) => (chunk instanceof SQL ? "" : textOf(chunk))).join(""),
  );
  return new Map(
    checks.flatMap((check) => {
      const found = /^(\w+) IN \('([^']*)'/.exec(check);
      return found?.[1] === undefined || found[2] === undefined ? [] : [[found[1], found[2]]];
    }),
  );
};

const textOf = (chunk: unknown): string =>
  typeof chunk === "object" && chunk !== null && "value" in chunk && Array.isArray(chunk.value)
    ? chunk.value.join("")
    : "";

/** The column that a foreign key takes its value from, wherever that is defined in the end. */
const sourceOf = (column: SQLiteColumn): SQLiteColumn => {
  for (const key of getTableConfig(column.table).foreignKeys) {
    const { columns, foreignColumns } = key.reference();
    const at = columns.indexOf(column);
    const source = foreignColumns[at];
    if (at !== -1 && source !== undefined) return sourceOf(source);
  }
  return column;
};

/** A configuration refers to the secrets of its server. */
const textIn = (column: SQLiteColumn, path: string): string =>
  column === database.mcpServers.config && /\bsecret$|^secrets\.\*$/.test(path)
    ? canaryOf(database.vaultSecrets.id)
    : canaryOf(column);

const valueOf = (column: SQLiteColumn, words: Map<string, string>): unknown => {
  const place = `${getTableName(column.table)}.${column.name}`;
  if (place in GIVEN) return GIVEN[place];
  const schema = database.jsonSchemaOf(column);
  if (schema !== null)
    return madeFrom(schema, (path) => {
      const text = textIn(column, path);
      // The name of a variable has no dashes.
      return [text, text.replaceAll("-", "_")];
    })[0];
  if (column.dataType === "string") return words.get(column.name) ?? canaryOf(sourceOf(column));
  if (column.dataType === "buffer") return Buffer.from(canaryOf(column));
  if (column.dataType === "boolean") return true;
  if (column.dataType === "number") return 1;
  throw new Error(`${place} is of a kind this does not know: ${column.dataType}`);
};

/** One row for a table, with a canary in every column that takes text. */
export const rowFor = (table: SQLiteTable): Record<string, unknown> => {
  const words = wordsOf(table);
  const columns = Object.entries<SQLiteColumn>(getTableColumns(table)).filter(
    ([, column]) => !LEFT_OUT.has(`${getTableName(table)}.${column.name}`),
  );
  return Object.fromEntries(columns.map(([name, column]) => [name, valueOf(column, words)]));
};

/** Tables in an order in which rows can be inserted: what is referred to comes first. */
export const inOrder = (tables: readonly SQLiteTable[]): SQLiteTable[] => {
  const ordered = new Set<SQLiteTable>();
  const add = (table: SQLiteTable): void => {
    for (const key of getTableConfig(table).foreignKeys) {
      const { foreignTable } = key.reference();
      if (foreignTable !== table) add(foreignTable);
    }
    ordered.add(table);
  };
  tables.forEach(add);
  return [...ordered];
};
