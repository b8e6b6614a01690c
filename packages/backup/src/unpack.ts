import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { chmod, copyFile, open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { GatewayError } from "@local-mcp/contract";
import { decryptFile, kindOfFile, readFileKey } from "./age/index.ts";
import { digestOf, isThere } from "./disk.ts";
import { tooBig } from "./free-space.ts";
import { openUntrusted, withConnection } from "./sqlite-file.ts";
import type { StageInput, Watch } from "./types.ts";

const LOG = "-wal";
/** Read and write version of a file without a log: https://sqlite.org/fileformat.html */
const WITHOUT_LOG = { at: 18, versions: Buffer.from([1, 1]) };

/** The database in a file, in one file of its own. */
export interface Unpacked {
  /** SHA-256 of what it came from, hexadecimal. */
  digest: string;
  /** When that was written last, ms since 1970. */
  writtenAt: number;
  isEncrypted: boolean;
}

/**
 * Decrypts or copies a file, and takes over what is in its log.
 *
 * @param target is made; for its owner only
 * @throws GatewayError backup_wrong_passphrase, backup_passphrase_needed, backup_damaged,
 * database_damaged, backup_not_ours, backup_refused, backup_too_big, backup_unreadable
 */
export const unpack = async (
  input: StageInput,
  target: string,
  watch: Watch,
): Promise<Unpacked> => {
  const { file, name } = input;
  const kind = await kindOfFile(file, name);
  if (kind === "other") {
    const reason = "it is neither an age file nor a SQLite database";
    throw new GatewayError("backup_not_ours", { name, reason });
  }
  const { mtimeMs } = await stat(file);
  const isEncrypted = kind === "age";
  const digest = isEncrypted
    ? await decrypt(input, target, watch)
    : await copyWithLog(input, target);
  const handle = await open(target, "r+");
  try {
    // What is looked at has no log, and needs none to be read.
    await handle.write(WITHOUT_LOG.versions, 0, WITHOUT_LOG.versions.length, WITHOUT_LOG.at);
  } finally {
    await handle.close();
  }
  return { digest, writtenAt: Math.round(mtimeMs), isEncrypted };
};

const decrypt = async (
  { file, name, passphrase, maxBytes }: StageInput,
  target: string,
  { signal, onProgress }: Watch,
): Promise<string> => {
  if (passphrase === null) throw new GatewayError("backup_passphrase_needed", { name });
  onProgress?.("unlock", null);
  const key = await readFileKey(file, name, passphrase);
  const { sha256 } = await decryptFile({
    source: file,
    name,
    target,
    key,
    maxBytes,
    signal,
    onProgress: (progress) => onProgress?.("decrypt", progress),
  });
  return sha256;
};

const copyWithLog = async (
  { file, name, maxBytes }: StageInput,
  target: string,
): Promise<string> => {
  const hasLog = await isThere(file + LOG);
  const parts = hasLog ? ["", LOG] : [""];
  const sizes = await Promise.all(parts.map((part) => sizeOf(file + part, name)));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes > maxBytes) throw tooBig(name, bytes, maxBytes);
  const digests: string[] = [];
  for (const part of parts) {
    await copyFile(file + part, target + part, constants.COPYFILE_EXCL);
    await chmod(target + part, 0o600);
    digests.push(await digestOf(target + part));
  }
  const [digest = "", ofLog] = digests;
  if (ofLog === undefined) return digest;
  takeOverLog(target);
  return createHash("sha256").update(digests.join("")).digest("hex");
};

/** Bytes of a file. Whoever opened a pipe would wait for somebody to write into it. */
const sizeOf = async (path: string, name: string): Promise<number> => {
  const found = await stat(path);
  if (found.isFile()) return found.size;
  const reason = `${basename(path)} is not a file`;
  throw new GatewayError("backup_unreadable", { name, reason });
};

/** What was committed last may be in the log alone: https://sqlite.org/wal.html */
const takeOverLog = (path: string): void =>
  withConnection(openUntrusted, path, (connection) => {
    connection.pragma("wal_checkpoint(TRUNCATE)");
    connection.pragma("journal_mode = DELETE");
  });
