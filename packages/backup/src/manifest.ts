import { basename } from "node:path";
import { backupContents, type BackupPart, backupPart } from "@local-mcp/contract";
import type { Connection } from "@local-mcp/database";
import { z } from "zod";

/** The tables that a backup has besides those of the gateway, as sqlite_schema says them. */
export const BACKUP_TABLES = {
  backup_manifest: "CREATE TABLE backup_manifest (json TEXT NOT NULL)",
  backup_files:
    "CREATE TABLE backup_files (name TEXT NOT NULL, position INTEGER NOT NULL, bytes BLOB NOT NULL)",
} as const;

/** More than this is not read, bytes. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

const PART_NAME: Record<BackupPart, RegExp> = {
  traffic: /^traffic\.db$/,
  environment: /^\.env$/,
  certificates: /^\w[\w. -]{0,99}\.(?:pem|crt|cer)$/i,
};

const partEntry = z
  .object({
    part: backupPart,
    /** As the file is called in the data directory; never a path. */
    name: z.string(),
    bytes: z.number().int().nonnegative(),
    /** SHA-256 of the file, hexadecimal. */
    sha256: z.string().length(64),
  })
  .refine(({ part, name }) => PART_NAME[part].test(name));
export type PartEntry = z.infer<typeof partEntry>;

/** What a backup says it holds. A file whose content is another one is refused. */
const manifestSchema = z.object({
  format: z.literal(1),
  contents: backupContents,
  /** SHA-256 of what is in each table, hexadecimal; see `contentDigest`. */
  digests: z.record(z.string(), z.string().length(64)),
  parts: z.array(partEntry),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** As a file of that part is called in a backup, and in a data directory it is restored to. */
export const partName = (part: BackupPart, path: string): string => {
  if (part === "traffic") return "traffic.db";
  if (part === "environment") return ".env";
  const name = basename(path)
    .replaceAll(/[^\w. -]/g, "_")
    .replace(/^\W/, "_")
    .slice(0, 96);
  return PART_NAME.certificates.test(name) ? name : `${name}.pem`;
};

/** The JSON in the table, or null where there is none that was made here. */
const manifestText = (connection: Connection): string | null => {
  const sql = connection
    .prepare("SELECT sql FROM sqlite_schema WHERE name = 'backup_manifest'")
    .pluck()
    .get();
  // Only a table of exactly this shape is read: a view of the name could do anything.
  if (sql !== BACKUP_TABLES.backup_manifest) return null;
  const text = connection
    .prepare(
      "SELECT json FROM backup_manifest WHERE typeof(json) = 'text' AND octet_length(json) <= ?",
    )
    .pluck()
    .all(MAX_MANIFEST_BYTES);
  return text.length === 1 ? String(text[0]) : null;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Then it is no manifest, which the caller says.
    return null;
  }
};

/** Null where there is none that can be understood. */
export const readManifest = (connection: Connection): Manifest | null => {
  const text = manifestText(connection);
  return text === null ? null : (manifestSchema.safeParse(parsed(text)).data ?? null);
};

/** Which program made a backup, also where nothing else of it is understood; empty if it is not said. */
export const versionIn = (connection: Connection): string => {
  const loose = z.object({ contents: z.object({ version: z.string().max(100) }) });
  const text = manifestText(connection);
  return text === null ? "" : (loose.safeParse(parsed(text)).data?.contents.version ?? "");
};

/** Puts it into the snapshot, whose table has to be empty. */
export const writeManifest = (connection: Connection, manifest: Manifest): void => {
  connection
    .prepare("INSERT INTO backup_manifest (json) VALUES (?)")
    .run(JSON.stringify(manifestSchema.parse(manifest)));
};
