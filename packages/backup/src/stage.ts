import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type BackupContents, GatewayError } from "@local-mcp/contract";
import {
  closeFile,
  configurationFile,
  type Connection,
  type FileKind,
  openFile,
  trafficFile,
  translating,
} from "@local-mcp/database";
import { passphraseProvider, unlockKeys } from "@local-mcp/vault";
import { clearUp, makeOwnDirectory, usingDisk } from "./disk.ts";
import { checkIntegrity, countsOf, inspect, type Inspection } from "./inspect.ts";
import { BACKUP_TABLES } from "./manifest.ts";
import { sealerOf } from "./moved-rows.ts";
import { unpackPart } from "./parts.ts";
import { schemaFault } from "./schema.ts";
import { NOT_IN_A_BACKUP } from "./snapshot.ts";
import { copyInto, ofBackup, openScratch, openToRead, withConnection } from "./sqlite-file.ts";
import { countSealed, openEverySecret, readKeys, refuseForeignJson } from "./stage-checks.ts";
import type { PartFile, Staged, StagedKeys, StageInput, Watch } from "./types.ts";
import { unpack, type Unpacked } from "./unpack.ts";

/** A stage was looked at page by page, and what it came from is the copy of it. */
export const STAGED_FILE: FileKind = {
  ...configurationFile,
  checkPages: false,
  copyBeforeMigration: false,
};

/**
 * Unpacks a backup, or a database that was copied by hand, into a directory of its own: decrypted,
 * inspected, brought to this version, every secret tried. Nothing else is written, and nothing of it
 * is left where that fails. Blocks its thread for long.
 *
 * @throws GatewayError backup_wrong_passphrase, backup_passphrase_needed, backup_damaged,
 * backup_newer, backup_not_ours, backup_refused, backup_too_big, backup_unreadable, disk_full
 */
export const stage = async (input: StageInput, watch: Watch): Promise<Staged> => {
  const { directory } = input;
  await usingDisk(dirname(directory), async () => {
    await makeOwnDirectory(dirname(directory));
    await makeOwnDirectory(directory);
  });
  try {
    return await usingDisk(directory, () => fill(input, watch));
  } catch (error) {
    await clearUp(directory);
    throw ofBackup(error, input.name);
  }
};

const fill = async (input: StageInput, watch: Watch): Promise<Staged> => {
  const { name, directory } = input;
  const content = join(directory, "content");
  const unpacked = await unpack(input, content, watch);
  watch.onProgress?.("inspect", null);
  const inspection = inspect(content, {
    kind: configurationFile,
    name,
    onProgress: (progress) => watch.onProgress?.("inspect", progress),
  });
  const parts = takeOutParts(content, inspection, input);
  const database = join(directory, input.databaseName);
  await leaveDatabase(content, database, inspection);
  watch.onProgress?.("migrate", null);
  const { keys, counts, secrets } = await bringUp(database, input, unpacked);
  return {
    directory,
    database,
    parts,
    contents: { ...contentsOf(inspection, unpacked), counts, secrets },
    verified: inspection.manifest !== null,
    digest: unpacked.digest,
    keys,
  };
};

const takeOutParts = (
  content: string,
  { manifest }: Inspection,
  { name, directory }: StageInput,
): PartFile[] => {
  const entries = manifest?.parts ?? [];
  const files = withConnection(openToRead, content, (connection) =>
    entries.map((entry) => unpackPart(connection, entry, { directory, backup: name })),
  );
  for (const { part, path } of files) {
    if (part === "traffic") inspect(path, { kind: trafficFile, name });
  }
  return files;
};

/** What belongs to a gateway, and nothing of the backup around it. */
const leaveDatabase = async (
  content: string,
  database: string,
  { manifest }: Inspection,
): Promise<void> => {
  const hasParts = (manifest?.parts.length ?? 0) > 0;
  withConnection(openScratch, content, (connection) => {
    for (const table of NOT_IN_A_BACKUP) connection.exec(`DELETE FROM ${table}`);
    for (const table of Object.keys(BACKUP_TABLES))
      connection.exec(`DROP TABLE IF EXISTS ${table}`);
    // The room that parts took would stay in the file for ever.
    if (hasParts) copyInto(connection, database);
  });
  if (hasParts) await rm(content);
  else await rename(content, database);
};

/** Brings it to this version, and finds that everything in it can be used. */
const bringUp = async (
  database: string,
  { name, passphrase }: StageInput,
  { isEncrypted }: Unpacked,
): Promise<Pick<Staged, "keys"> & Pick<BackupContents, "counts" | "secrets">> => {
  const connection = openFile(database, STAGED_FILE, {});
  try {
    const stored = translating(database, () => {
      check(connection, name);
      return readKeys(connection, name);
    });
    const keys = await unlocked(stored, { name, passphrase, isEncrypted });
    return translating(database, () => {
      if (keys !== null) openEverySecret(connection, sealerOf(keys), name);
      const secrets = countSealed(connection) === 0 ? "none" : keys === null ? "foreign" : "sealed";
      return { keys, counts: countsOf(connection), secrets };
    });
  } finally {
    closeFile(connection);
  }
};

const check = (connection: Connection, name: string): void => {
  const { migrations } = configurationFile;
  const fault = schemaFault(connection, configurationFile, migrations.length);
  if (fault !== null) throw new GatewayError("backup_refused", { name, reason: fault });
  checkIntegrity(connection, name);
  refuseForeignJson(connection, name);
};

/** Null where there is none, or where nobody has said what opens them. */
const unlocked = async (
  stored: ReturnType<typeof readKeys>,
  {
    name,
    passphrase,
    isEncrypted,
  }: { name: string; passphrase: string | null; isEncrypted: boolean },
): Promise<StagedKeys | null> => {
  if (stored.slots.length === 0 || passphrase === null) return null;
  try {
    return await unlockKeys(stored, passphraseProvider(passphrase));
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    if (!isEncrypted) throw new GatewayError("backup_wrong_passphrase", {}, { cause: error });
    const reason = "its passphrase does not open the secrets in it";
    throw new GatewayError("backup_refused", { name, reason }, { cause: error });
  }
};

/** Of a database that was copied by hand, what can be seen. */
const contentsOf = (
  { manifest, schema, digest }: Inspection,
  { writtenAt }: Unpacked,
): Omit<BackupContents, "counts" | "secrets"> =>
  manifest?.contents ?? {
    createdAt: writtenAt,
    version: "",
    schema,
    machine: "",
    tables: digest.tables.map(({ name, rows }) => ({ name, rows })),
    parts: [],
    missing: [],
  };
