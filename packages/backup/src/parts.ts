import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { GatewayError } from "@local-mcp/contract";
import type { Connection } from "@local-mcp/database";
import { BACKUP_TABLES, type PartEntry } from "./manifest.ts";
import type { PartFile } from "./types.ts";

const PIECE_BYTES = 1024 * 1024;

/** Makes the tables that only a backup has. */
export const createBackupTables = (connection: Connection): void =>
  Object.values(BACKUP_TABLES).forEach((sql) => connection.exec(sql));

/**
 * Puts a file into a backup, in pieces.
 *
 * @throws GatewayError backup_unreadable
 */
export const packPart = (connection: Connection, { part, name, path }: PartFile): PartEntry => {
  const insert = connection.prepare(
    "INSERT INTO backup_files (name, position, bytes) VALUES (?, ?, ?)",
  );
  const hash = createHash("sha256");
  const piece = Buffer.alloc(PIECE_BYTES);
  let bytes = 0;
  const file = openPart(name, path);
  try {
    for (let position = 0; ; position += 1) {
      const length = readSync(file, piece);
      if (length === 0) break;
      insert.run(name, position, piece.subarray(0, length));
      hash.update(piece.subarray(0, length));
      bytes += length;
    }
  } finally {
    closeSync(file);
  }
  return { part, name, bytes, sha256: hash.digest("hex") };
};

const openPart = (name: string, path: string): number => {
  try {
    return openSync(path, "r");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GatewayError("backup_unreadable", { name, reason }, { cause: error });
  }
};

/**
 * Takes a file out of a backup into a directory, flushed, for its owner only.
 *
 * @param backup as people call the backup, for errors
 * @throws GatewayError backup_damaged
 */
export const unpackPart = (
  connection: Connection,
  { part, name, bytes, sha256 }: PartEntry,
  { directory, backup }: { directory: string; backup: string },
): PartFile => {
  const path = join(directory, name);
  const pieces = connection
    .prepare<[string, number], Buffer>(
      `SELECT bytes FROM backup_files
        WHERE name = ? AND typeof(bytes) = 'blob' AND octet_length(bytes) <= ? ORDER BY position`,
    )
    .pluck();
  const hash = createHash("sha256");
  let written = 0;
  const file = openSync(path, "wx", 0o600);
  try {
    for (const piece of pieces.iterate(name, PIECE_BYTES)) {
      written += piece.length;
      if (written > bytes) break;
      writeSync(file, piece);
      hash.update(piece);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  if (written !== bytes || hash.digest("hex") !== sha256) {
    const reason = `${name} in it is not what its list says`;
    throw new GatewayError("backup_damaged", { name: backup, reason });
  }
  return { part, name, path };
};
