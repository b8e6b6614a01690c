import { GatewayError, slotProvider } from "@local-mcp/contract";
import { classifiedColumns, type Connection, sealedColumns } from "@local-mcp/database";
import type { DataKeyRecord, Sealer, SlotRecord } from "@local-mcp/vault";
import { z } from "zod";
import { tablesOf } from "./digest.ts";

const parsedJson = z.string().transform((text): unknown => JSON.parse(text));

const slotRow = z.object({
  id: z.string(),
  key_id: z.string(),
  provider: slotProvider,
  label: z.string(),
  wrapped: z.string(),
  params: parsedJson.pipe(z.record(z.string(), z.json())),
  recipient: parsedJson
    .pipe(z.object({ publicKey: z.string(), sealedKey: z.string(), mark: z.string() }))
    .nullable(),
  created_at: z.number(),
});

const dataKeyRow = z.object({
  id: z.string(),
  key_check: z.string(),
  sealed: z.string().nullable(),
  created_at: z.number(),
});

/**
 * The keys of a vault as a database stores them.
 *
 * @throws GatewayError backup_damaged
 */
export const readKeys = (
  connection: Connection,
  name: string,
): { slots: SlotRecord[]; dataKeys: DataKeyRecord[] } => {
  const slots = z
    .array(slotRow)
    .safeParse(connection.prepare("SELECT * FROM vault_keys ORDER BY created_at, id").all());
  const dataKeys = z
    .array(dataKeyRow)
    .safeParse(connection.prepare("SELECT * FROM vault_data_keys").all());
  if (!slots.success || !dataKeys.success) {
    throw new GatewayError("backup_damaged", { name, reason: "the keys in it cannot be read" });
  }
  return {
    slots: slots.data.map(({ key_id: keyId, created_at: createdAt, ...slot }) => ({
      ...slot,
      keyId,
      createdAt,
    })),
    dataKeys: dataKeys.data.map(({ key_check: check, created_at: createdAt, ...key }) => ({
      ...key,
      check,
      createdAt,
    })),
  };
};

/** Of each column that the vault seals, its rows that hold something. */
const sealedValues = (connection: Connection) => {
  const tables = tablesOf(connection);
  return sealedColumns
    .filter(({ table }) => tables.includes(table))
    .map(({ table, column, rows, class: kind }) => {
      const value =
        kind === "sealed_json" ? `json_extract("${column}", '$.sealed')` : `"${column}"`;
      const statement = connection.prepare<[], { row: string; sealed: string }>(
        `SELECT "${rows.name}" AS row, ${value} AS sealed FROM "${table}" WHERE ${value} IS NOT NULL`,
      );
      return { table, column, statement };
    });
};

/** How many values the vault has sealed in it. */
export const countSealed = (connection: Connection): number =>
  sealedValues(connection).reduce((sum, { statement }) => sum + [...statement.iterate()].length, 0);

/**
 * Opens every value that is sealed, and keeps none.
 *
 * @throws GatewayError backup_damaged
 */
export const openEverySecret = (connection: Connection, sealer: Sealer, name: string): void => {
  for (const { table, column, statement } of sealedValues(connection)) {
    for (const { row, sealed } of statement.iterate()) {
      try {
        sealer.open(sealed, { table, column, row });
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        const reason = `a secret in ${table} does not open`;
        throw new GatewayError("backup_damaged", { name, reason }, { cause: error });
      }
    }
  }
};

/**
 * JSON that SQLite cannot read, or that is nested deeper than it reads, is none that was written
 * here: https://sqlite.org/json1.html#jvalid. Nor is what SQLite alone takes for JSON: it reads a
 * text up to its first NUL, and a blob like a text.
 *
 * @throws GatewayError backup_refused
 */
export const refuseForeignJson = (connection: Connection, name: string): void => {
  const tables = tablesOf(connection);
  for (const { table, column, class: kind } of classifiedColumns) {
    if ((kind !== "json" && kind !== "sealed_json") || !tables.includes(table)) continue;
    const bad = connection.prepare(
      `SELECT 1 FROM "${table}" WHERE "${column}" IS NOT NULL AND (typeof("${column}") <> 'text'
        OR instr("${column}", char(0)) > 0 OR NOT json_valid("${column}")) LIMIT 1`,
    );
    if (bad.get() === undefined) continue;
    const reason = `what ${table}.${column} holds cannot be read`;
    throw new GatewayError("backup_refused", { name, reason });
  }
};
