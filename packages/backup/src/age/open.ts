import type { FileHandle } from "node:fs/promises";
import { GatewayError } from "@local-mcp/contract";
import { type FileKey, fitsHeader, openHeader } from "./header.ts";
import { ARMOR, openToRead, readAt, startsWith } from "./kind.ts";
import {
  NONCE_BYTES,
  type Payload,
  payloadOf,
  plainBytesOf,
  SEALED_CHUNK_BYTES,
  chunksOf,
  CHUNK_BYTES,
  CHUNKS_AT_ONCE,
} from "./stream.ts";

/** How a file is opened: by its passphrase, or by the key that was read from it before. */
export type Opener = { passphrase: string } | { key: FileKey };

export interface AgeSource {
  /** The file, absolute. */
  source: string;
  /** As people call it, for errors. */
  name: string;
}

/** Up to 16 chunks as they are in the file, and what they hold; both until the next are read. */
interface Piece {
  sealed: Uint8Array;
  plain: Uint8Array;
}

/** An age file whose header was found right. */
export interface AgeFile {
  /** Of the file. */
  bytes: number;
  /** Of what is in it. */
  plainBytes: number;
  chunks: number;
  key: FileKey;
  /** What comes before the chunks. */
  start: Uint8Array;
  /**
   * To the end, each chunk authenticated before it is given out.
   *
   * @param first the chunk to begin with, as each stands for itself
   * @throws GatewayError backup_damaged
   */
  pieces(first?: number): AsyncGenerator<Piece, void, undefined>;
  close(): Promise<void>;
}

const VERSION_LINE = "age-encryption.org/v1\n";
/** A passphrase takes 150 bytes of header; who wrote more than this did not mean to be read. */
const MAX_HEADER_BYTES = 64 * 1024;

/**
 * Opens an age file; what is in it is not looked at yet.
 *
 * @throws GatewayError backup_wrong_passphrase, backup_damaged, backup_not_ours, backup_refused,
 * backup_unreadable
 */
export const openAge = async (file: AgeSource & Opener): Promise<AgeFile> => {
  const { handle, bytes } = await openToRead(file.source, file.name);
  try {
    const header = await readHeader(handle, file.name);
    const key = await unlock(header, file);
    const nonce = await readAt(handle, header.length, NONCE_BYTES);
    const start = Buffer.concat([header, nonce]);
    const plainBytes = plainBytesOf(bytes - start.length);
    if (nonce.length < NONCE_BYTES || plainBytes === null) {
      throw damaged(file.name, "it was cut short");
    }
    const chunks = chunksOf(plainBytes);
    const payload = payloadOf(key, nonce);
    return {
      bytes,
      plainBytes,
      chunks,
      key,
      start,
      pieces: (first = 0) =>
        readPieces({ handle, start: start.length, bytes, chunks, payload, name: file.name }, first),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
};

/**
 * The key of a file, from its header alone: a wrong passphrase is told at once.
 *
 * @throws GatewayError as {@link openAge}
 */
export const readFileKey = async (
  path: string,
  name: string,
  passphrase: string,
): Promise<FileKey> => {
  const { handle } = await openToRead(path, name);
  try {
    return await openHeader(await readHeader(handle, name), name, passphrase);
  } finally {
    await handle.close();
  }
};

const unlock = async (header: Buffer, file: AgeSource & Opener): Promise<FileKey> => {
  if ("passphrase" in file) return openHeader(header, file.name, file.passphrase);
  if (await fitsHeader(header, file.key)) return file.key;
  throw damaged(file.name, "its header was changed");
};

/** Up to and with the line that holds the MAC, the first that begins with three dashes. */
const readHeader = async (handle: FileHandle, name: string): Promise<Buffer> => {
  const bytes = await readAt(handle, 0, MAX_HEADER_BYTES);
  if (startsWith(bytes, ARMOR)) {
    const reason = "it is an age file as text, and only binary ones are read";
    throw new GatewayError("backup_not_ours", { name, reason });
  }
  const version = Buffer.from(VERSION_LINE);
  if (!startsWith(bytes, version.subarray(0, bytes.length))) {
    const reason = "it is not an age file of version 1";
    throw new GatewayError("backup_not_ours", { name, reason });
  }
  const lastLine = bytes.indexOf("\n---");
  const end = lastLine === -1 ? -1 : bytes.indexOf("\n", lastLine + 1);
  if (end === -1) throw damaged(name, "its header does not end");
  return bytes.subarray(0, end + 1);
};

interface Chunks {
  handle: FileHandle;
  /** Where the first chunk begins. */
  start: number;
  /** Of the whole file. */
  bytes: number;
  chunks: number;
  payload: Payload;
  name: string;
}

async function* readPieces(file: Chunks, first: number): AsyncGenerator<Piece, void, undefined> {
  const atOnce = Math.min(CHUNKS_AT_ONCE, file.chunks - first);
  const block = Buffer.allocUnsafe(atOnce * SEALED_CHUNK_BYTES);
  const opened = Buffer.allocUnsafe(atOnce * CHUNK_BYTES);
  for (let index = first; index < file.chunks; index += CHUNKS_AT_ONCE) {
    const position = file.start + index * SEALED_CHUNK_BYTES;
    const length = Math.min(block.length, file.bytes - position);
    const sealed = await readAt(file.handle, position, length, block);
    if (sealed.length < length) throw damaged(file.name, "it was cut short");
    yield { sealed, plain: openChunks(file, index, sealed, opened) };
  }
}

const openChunks = (
  { payload, chunks, name }: Chunks,
  first: number,
  sealed: Buffer,
  into: Buffer,
): Buffer => {
  let filled = 0;
  for (let offset = 0, index = first; offset < sealed.length; index += 1) {
    const chunk = sealed.subarray(offset, offset + SEALED_CHUNK_BYTES);
    const isLast = index === chunks - 1;
    const plain = payload.open(index, isLast, chunk);
    if (plain === null) throw damaged(name, whatHappened(payload, index, isLast, chunk));
    into.set(plain, filled);
    filled += plain.length;
    offset += chunk.length;
  }
  return into.subarray(0, filled);
};

/** Why a chunk does not open, in words. */
const whatHappened = (
  payload: Payload,
  index: number,
  isLast: boolean,
  sealed: Uint8Array,
): string => {
  if (payload.open(index, !isLast, sealed) !== null) {
    return isLast ? "it was cut short" : "something was added behind its end";
  }
  const from = index * CHUNK_BYTES;
  if (isLast && from === 0) return "what it holds was changed or cut";
  return isLast
    ? `its end, from byte ${from} on, was changed or cut`
    : `what it holds was changed between the bytes ${from} and ${from + CHUNK_BYTES}`;
};

const damaged = (name: string, reason: string): GatewayError =>
  new GatewayError("backup_damaged", { name, reason });
