import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { check, integer, text } from "drizzle-orm/sqlite-core";
import { z } from "zod";
import { json } from "../json.ts";

const now = (): number => Date.now();

/** A random UUID, made here so that a row's id is known before it is written. */
export const id = () => text("id").primaryKey().$defaultFn(randomUUID);

/** ms since 1970. */
export const createdAt = () => integer("created_at").notNull().$defaultFn(now);

/** ms since 1970. */
export const updatedAt = () => integer("updated_at").notNull().$defaultFn(now).$onUpdateFn(now);

/** What people sort rows by. */
export const tags = () => json("tags", z.array(z.string())).notNull().default([]);

/** The id of a row of `vault_secrets`. */
export const secretRef = z.object({ secret: z.string() });

export const flag = (name: string) => integer(name, { mode: "boolean" });

// Constraints name their columns bare: SQLite copies them as they are when a later migration has
// to rebuild a table under another name.

/** CHECK that a text column holds one of a few words. */
export const oneOf = (table: string, column: string, words: readonly string[]) =>
  check(
    `${table}_${column}`,
    sql.raw(`${column} IN (${words.map((word) => `'${word}'`).join(", ")})`),
  );

/** CHECK of what `profileSlug` and `serverName` accept: 1 to 50 of a-z, 0-9 and -. */
export const slugShaped = (table: string, column: string) =>
  check(
    `${table}_${column}`,
    sql.raw(
      `length(${column}) BETWEEN 1 AND 50 AND ${column} GLOB '[a-z0-9]*' AND ${column} NOT GLOB '*[^a-z0-9-]*'`,
    ),
  );
