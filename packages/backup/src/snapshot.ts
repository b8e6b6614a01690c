import { constants } from "node:fs";
import { copyFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type BackupContents, GatewayError } from "@local-mcp/contract";
import { configurationFile, type Connection, sealedColumns } from "@local-mcp/database";
import type { SlotRecord } from "@local-mcp/vault";
import {
  encryptFile,
  type Header,
  makeHeader,
  notAsWritten,
  type Sums,
  verifyFile,
} from "./age/index.ts";
import {
  clearUp,
  digestOf,
  isThere,
  makeOwnDirectory,
  move,
  removeTree,
  syncFile,
  usingDisk,
} from "./disk.ts";
import { refuseWithoutSpace } from "./free-space.ts";
import { checkIntegrity, countsOf, digestOfContent } from "./inspect.ts";
import { type Manifest, type PartEntry, writeManifest } from "./manifest.ts";
import { createBackupTables, packPart } from "./parts.ts";
import { toRow } from "./restore-keys.ts";
import { putRow } from "./rows.ts";
import { ALSO_IN_A_BACKUP, schemaFault } from "./schema.ts";
import { copyInto, openLive, openScratch, withConnection } from "./sqlite-file.ts";
import type { BackupInput, MadeBackup, PartFile, Watch } from "./types.ts";

/** Who is connected is no state to restore; the subscriptions go with their sessions. */
export const NOT_IN_A_BACKUP = ["resource_subscriptions", "mcp_sessions"];
const KEYS_OF_THE_VAULT = ["vault_keys", "vault_data_keys"];

/** What a backup is made of, and where its snapshot is until it is encrypted. */
export interface Work extends BackupInput {
  /** Below the staging directory; is made, must not be there, and is removed. */
  directory: string;
}

/**
 * Makes a backup of a database that may be open and written meanwhile: a snapshot at one instant,
 * checked, encrypted, read back, and only then given its name. Blocks its thread for long.
 *
 * @throws GatewayError backup_key_changed where the vault got another data key since the slot was
 * made; backup_file_exists, backup_too_big, backup_damaged, backup_refused, backup_unreadable,
 * disk_full, data_dir_unusable, backup_folder_unusable
 */
export const createBackup = async (input: Work, watch: Watch): Promise<MadeBackup> => {
  const { target, directory } = input;
  if (await isThere(target)) throw new GatewayError("backup_file_exists", { path: target });
  await refuseWithoutSpace(input);
  await usingDisk(dirname(directory), async () => {
    await makeOwnDirectory(dirname(directory));
    await makeOwnDirectory(directory);
  });
  try {
    const snapshot = join(directory, "snapshot.db");
    // A passphrase takes its time on another thread, while SQLite has this one.
    const [header, contents] = await Promise.all([
      input.passphrase === null ? null : makeHeader(input.passphrase),
      takeSnapshot(input, snapshot, watch),
    ]);
    return { ...(await store(input.target, snapshot, header, watch)), contents };
  } finally {
    await clearUp(directory);
  }
};

const copyOut = (database: string, snapshot: string): void =>
  withConnection(openLive, database, (connection) => copyInto(connection, snapshot));

/** Nobody needs it after a power cut: it is not flushed. */
const takeSnapshot = async (
  input: Work,
  snapshot: string,
  { onProgress }: Watch,
): Promise<BackupContents> => {
  onProgress?.("snapshot", null);
  const createdAt = Date.now();
  const isPlain = input.passphrase === null;
  const raw = isPlain ? join(input.directory, "with-secrets.db") : snapshot;
  copyOut(input.database, raw);
  withConnection(openScratch, raw, (connection) => {
    for (const table of NOT_IN_A_BACKUP) connection.exec(`DELETE FROM ${table}`);
    if (isPlain) removeSecrets(connection);
    else giveSlot(connection, input.slot);
  });
  // What was sealed has left bytes behind in pages that are not full: the copy has none of them.
  if (isPlain) copyOut(raw, snapshot);
  const parts = input.parts.map((part) => readyPart(part, input.directory));
  return withConnection(openScratch, snapshot, (connection) => {
    createBackupTables(connection);
    const entries = parts.map((part) => packPart(connection, part));
    onProgress?.("check", null);
    return checkAndList(connection, { ...input, createdAt, entries }, (progress) =>
      onProgress?.("check", progress),
    );
  });
};

/** A database that is written meanwhile is copied out like the other one. */
const readyPart = (part: PartFile, directory: string): PartFile => {
  if (part.part !== "traffic") return part;
  const path = join(directory, part.name);
  copyOut(part.path, path);
  return { ...part, path };
};

/** Everything that is sealed, and every key; what refers to a secret finds none. */
const removeSecrets = (connection: Connection): void => {
  const sealed = sealedColumns.map(({ table }) => table);
  for (const table of new Set([...sealed, ...KEYS_OF_THE_VAULT])) {
    connection.exec(`DELETE FROM ${table}`);
  }
};

/** The vault of a backup opens with the backup's passphrase and with nothing else. */
const giveSlot = (connection: Connection, slot: SlotRecord | null): void => {
  connection.exec("DELETE FROM vault_keys");
  const current = connection
    .prepare("SELECT id FROM vault_data_keys WHERE sealed IS NULL")
    .pluck()
    .all();
  if (slot === null && current.length === 0) return;
  if (slot === null || !current.includes(slot.keyId)) {
    throw new GatewayError("backup_key_changed");
  }
  putRow(connection, "vault_keys", toRow(slot));
};

/** Finds the snapshot whole and writes into it what it holds. */
const checkAndList = (
  connection: Connection,
  input: BackupInput & { createdAt: number; entries: PartEntry[] },
  onProgress: (progress: number) => void,
): BackupContents => {
  const name = basename(input.database);
  const applied = Number(connection.pragma("user_version", { simple: true }));
  const fault = schemaFault(connection, configurationFile, applied, ALSO_IN_A_BACKUP);
  if (fault !== null) throw new GatewayError("backup_refused", { name, reason: fault });
  const { tables } = digestOfContent(connection, name, onProgress);
  const contents: BackupContents = {
    createdAt: input.createdAt,
    version: input.version,
    schema: applied,
    machine: input.machine,
    counts: countsOf(connection),
    tables: tables.map(({ name, rows }) => ({ name, rows })),
    secrets: input.slot === null || input.passphrase === null ? "none" : "sealed",
    parts: [...new Set(input.entries.map(({ part }) => part))],
    missing: input.missing,
  };
  const digests = Object.fromEntries(tables.map(({ name, sha256 }) => [name, sha256]));
  const manifest: Manifest = { format: 1, contents, digests, parts: input.entries };
  writeManifest(connection, manifest);
  checkIntegrity(connection, name);
  return contents;
};

/** Under another name until it was read back: what has the name of a backup is a whole one. */
const store = (
  target: string,
  snapshot: string,
  header: Header | null,
  watch: Watch,
): Promise<Sums> =>
  usingFolder(dirname(target), async () => {
    const partial = `${target}.partial`;
    // Of a backup that was killed.
    await removeTree(partial);
    try {
      const written =
        header === null
          ? await copyAndCompare(snapshot, partial)
          : await encryptAndRead({ source: snapshot, target: partial, header }, watch);
      watch.onProgress?.("store", null);
      await move(partial, target);
      return written;
    } catch (error) {
      await clearUp(partial);
      throw error;
    }
  });

const encryptAndRead = async (
  { source, target, header }: { source: string; target: string; header: Header },
  { signal, onProgress }: Watch,
): Promise<Sums> => {
  const following = (phase: "encrypt" | "verify") => ({
    signal,
    onProgress: (progress: number) => onProgress?.(phase, progress),
  });
  const written = await encryptFile({ source, target, header, ...following("encrypt") });
  const name = basename(target);
  const opener = { source: target, name, key: header.key };
  const read = await verifyFile({ ...opener, plain: source, ...following("verify") });
  if (read.sha256 !== written.sha256) throw notAsWritten(name);
  return read;
};

const copyAndCompare = async (source: string, target: string): Promise<Sums> => {
  await copyFile(source, target, constants.COPYFILE_EXCL);
  await syncFile(target);
  const sha256 = await digestOf(target);
  if (sha256 !== (await digestOf(source))) throw notAsWritten(basename(target));
  return { bytes: (await stat(target)).size, sha256 };
};

/** @throws GatewayError disk_full, backup_folder_unusable */
const usingFolder = async <T>(folder: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await usingDisk(folder, work);
  } catch (error) {
    if (!(error instanceof GatewayError && error.code === "data_dir_unusable")) throw error;
    const reason = String(error.params["reason"]);
    throw new GatewayError("backup_folder_unusable", { folder, reason }, { cause: error });
  }
};
