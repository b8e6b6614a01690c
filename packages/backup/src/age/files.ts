import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { GatewayError } from "@local-mcp/contract";
import { tooBig } from "../free-space.ts";
import type { Header } from "./header.ts";
import { openToRead, readAt } from "./kind.ts";
import { type AgeFile, type AgeSource, openAge, type Opener } from "./open.ts";
import {
  CHUNK_BYTES,
  CHUNKS_AT_ONCE,
  chunksOf,
  NONCE_BYTES,
  type Payload,
  payloadOf,
  SEALED_CHUNK_BYTES,
} from "./stream.ts";

export interface Following {
  /** Ends it with backup_cancelled. */
  signal?: AbortSignal | undefined;
  /** @param progress 0 to 1 */
  onProgress?: ((progress: number) => void) | undefined;
}

/** What was written or read, of the encrypted file. */
export interface Sums {
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
}

const BLOCK_BYTES = CHUNKS_AT_ONCE * CHUNK_BYTES;

/**
 * Encrypts a file that nobody writes meanwhile, as the age command does with a passphrase
 * (https://age-encryption.org/v1). The new file is for its owner only and flushed; its directory is
 * not. Where it fails nothing is left.
 *
 * @param target must not be there
 * @param header of this file alone; with its key, what was written can be read back at once
 * @throws GatewayError backup_unreadable, backup_cancelled; what the system says of the target
 */
export const encryptFile = async ({
  source,
  target,
  header,
  ...following
}: {
  source: string;
  target: string;
  header: Header;
} & Following): Promise<Sums> => {
  const { handle, bytes } = await openToRead(source, source);
  try {
    const nonce = randomBytes(NONCE_BYTES);
    const payload = payloadOf(header.key, nonce);
    const sums = makeSums();
    // The same two for every block: a gigabyte of them, one after another, costs more than to seal it.
    const block = Buffer.allocUnsafe(BLOCK_BYTES);
    const sealed = Buffer.allocUnsafe(CHUNKS_AT_ONCE * SEALED_CHUNK_BYTES);
    await creating(target, async (out) => {
      const write = async (piece: Uint8Array): Promise<void> => {
        sums.add(piece);
        await out.writeFile(piece);
      };
      await write(Buffer.concat([header.bytes, nonce]));
      // At least once: nothing at all is an empty chunk.
      for (let position = 0; position === 0 || position < bytes; position += BLOCK_BYTES) {
        refuseCancelled(following);
        const length = Math.min(BLOCK_BYTES, bytes - position);
        const plain = await readAt(handle, position, length, block);
        if (plain.length < length) throw new Error("a file became shorter while it was encrypted");
        await write(sealBlock(payload, { plain, position, bytes }, sealed));
        following.onProgress?.(bytes === 0 ? 1 : (position + length) / bytes);
      }
    });
    return sums.done();
  } finally {
    await handle.close();
  }
};

/** Seals what stands at `position` of so many bytes, chunk by chunk. */
const sealBlock = (
  payload: Payload,
  { plain, position, bytes }: { plain: Buffer; position: number; bytes: number },
  into: Buffer,
): Buffer => {
  const last = chunksOf(bytes) - 1;
  let filled = 0;
  for (let offset = 0; offset === 0 || offset < plain.length; offset += CHUNK_BYTES) {
    const index = (position + offset) / CHUNK_BYTES;
    const chunk = payload.seal(index, index === last, plain.subarray(offset, offset + CHUNK_BYTES));
    into.set(chunk, filled);
    filled += chunk.length;
  }
  return into.subarray(0, filled);
};

/**
 * Decrypts a file, each chunk authenticated before any of it is written. The new file is for its
 * owner only and flushed; its directory is not. Where it fails nothing is left.
 *
 * @param target must not be there
 * @param maxBytes what may be written; a file that holds more is refused before it is begun
 * @throws GatewayError backup_too_big, backup_cancelled, and as {@link openAge}; what the system
 * says of the target
 */
export const decryptFile = async ({
  target,
  maxBytes,
  signal,
  onProgress,
  ...from
}: AgeSource & Opener & Following & { target: string; maxBytes: number }): Promise<Sums> => {
  const file = await openAge(from);
  try {
    if (file.plainBytes > maxBytes) {
      throw tooBig(from.name, file.plainBytes, maxBytes);
    }
    return await creating(target, (out) =>
      readThrough(file, { signal, onProgress }, (plain) => out.writeFile(plain)),
    );
  } finally {
    await file.close();
  }
};

/**
 * Reads a file to its end and writes nothing.
 *
 * @param plain a file; where what is in this one is something else, it is damaged
 * @throws GatewayError backup_cancelled, and as {@link openAge}
 */
export const verifyFile = async ({
  plain,
  signal,
  onProgress,
  ...from
}: AgeSource & Opener & Following & { plain?: string }): Promise<Sums> => {
  const file = await openAge(from);
  try {
    const following = { signal, onProgress };
    if (plain === undefined) return await readThrough(file, following);
    return await comparing(plain, from.name, (compare) => readThrough(file, following, compare));
  } finally {
    await file.close();
  }
};

export const notAsWritten = (name: string): GatewayError =>
  new GatewayError("backup_damaged", { name, reason: "the disk gave back something else" });

/** That the tags fit says that this was sealed; that it was sealed right, only what it was made of. */
const comparing = async <T>(
  path: string,
  name: string,
  read: (compare: (piece: Uint8Array, position: number) => Promise<void>) => Promise<T>,
): Promise<T> => {
  const { handle, bytes } = await openToRead(path, path);
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let compared = 0;
  try {
    const result = await read(async (piece, position) => {
      const expected = await readAt(handle, position, piece.length, block);
      if (!expected.equals(piece)) throw notAsWritten(name);
      compared += piece.length;
    });
    if (compared !== bytes) throw notAsWritten(name);
    return result;
  } finally {
    await handle.close();
  }
};

const readThrough = async (
  file: AgeFile,
  following: Following,
  take?: (plain: Uint8Array, position: number) => Promise<void>,
): Promise<Sums> => {
  const sums = makeSums();
  sums.add(file.start);
  let done = 0;
  for await (const { sealed, plain } of file.pieces()) {
    refuseCancelled(following);
    sums.add(sealed);
    await take?.(plain, done);
    done += plain.length;
    following.onProgress?.(file.plainBytes === 0 ? 1 : done / file.plainBytes);
  }
  return sums.done();
};

const makeSums = () => {
  const hash = createHash("sha256");
  let bytes = 0;
  return {
    add(piece: Uint8Array): void {
      bytes += piece.length;
      hash.update(piece);
    },
    done: (): Sums => ({ bytes, sha256: hash.digest("hex") }),
  };
};

/** Creates a file for its owner only, flushes it, and removes it again where `fill` fails. */
const creating = async <T>(target: string, fill: (out: FileHandle) => Promise<T>): Promise<T> => {
  const out = await open(target, "wx", 0o600);
  try {
    const result = await fill(out);
    await out.sync();
    await out.close();
    return result;
  } catch (error) {
    await out.close();
    await rm(target, { force: true });
    throw error;
  }
};

const refuseCancelled = ({ signal }: Following): void => {
  if (signal?.aborted) throw new GatewayError("backup_cancelled");
};
