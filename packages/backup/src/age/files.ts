import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { GatewayError } from "@local-mcp/contract";
import { tooBig } from "../free-space.ts";
import { type FileKey, makeHeader, WORK_FACTOR } from "./header.ts";
import { openToRead, readAt } from "./kind.ts";
import { type AgeFile, type AgeSource, openAge, type Opener } from "./open.ts";
import { CHUNK_BYTES, chunksOf, NONCE_BYTES, payloadOf } from "./stream.ts";

export interface Following {
  /** Ends it with backup_cancelled. */
  signal?: AbortSignal | undefined;
  /** @param progress 0 to 1 */
  onProgress?: ((progress: number) => void) | undefined;
}

/** What was written or read. Digests are SHA-256, hexadecimal. */
export interface Sums {
  /** Of the encrypted file. */
  bytes: number;
  sha256: string;
  /** Of what is in it. */
  plainSha256: string;
}

/** Chunks that are read, sealed and written as one. */
const BLOCK_BYTES = 16 * CHUNK_BYTES;

/**
 * Encrypts a file that nobody writes meanwhile, as the age command does with a passphrase
 * (https://age-encryption.org/v1). The new file is for its owner only and flushed; its directory is
 * not. Where it fails nothing is left.
 *
 * @param target must not be there
 * @returns with the file key, so that what was written can be read back at once
 * @throws GatewayError backup_unreadable, backup_cancelled; what the system says of the target
 */
export const encryptFile = async ({
  source,
  target,
  passphrase,
  logN = WORK_FACTOR,
  ...following
}: {
  source: string;
  target: string;
  passphrase: string;
  logN?: number | undefined;
} & Following): Promise<Sums & { key: FileKey }> => {
  const { handle, bytes } = await openToRead(source, source);
  try {
    const { header, key } = await makeHeader(passphrase, logN);
    const nonce = randomBytes(NONCE_BYTES);
    const payload = payloadOf(key, nonce);
    const last = chunksOf(bytes) - 1;
    const sums = makeSums();
    const seal = (block: Buffer, position: number): Buffer => {
      const first = position / CHUNK_BYTES;
      const chunks = Array.from({ length: chunksOf(block.length) }, (_, offset) => {
        const plain = block.subarray(offset * CHUNK_BYTES, (offset + 1) * CHUNK_BYTES);
        return payload.seal(first + offset, first + offset === last, plain);
      });
      return Buffer.concat(chunks);
    };
    await creating(target, async (out) => {
      const start = Buffer.concat([header, nonce]);
      sums.sealed(start);
      await out.writeFile(start);
      // At least once: nothing at all is an empty chunk.
      for (let position = 0; position === 0 || position < bytes; position += BLOCK_BYTES) {
        refuseCancelled(following);
        const length = Math.min(BLOCK_BYTES, bytes - position);
        const block = await readAt(handle, position, length);
        if (block.length < length) throw new Error("a file became shorter while it was encrypted");
        const sealed = seal(block, position);
        sums.plain(block);
        sums.sealed(sealed);
        await out.writeFile(sealed);
        following.onProgress?.(bytes === 0 ? 1 : (position + length) / bytes);
      }
    });
    return { ...sums.done(), key };
  } finally {
    await handle.close();
  }
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
 * @throws GatewayError backup_cancelled, and as {@link openAge}
 */
export const verifyFile = async ({
  signal,
  onProgress,
  ...from
}: AgeSource & Opener & Following): Promise<Sums> => {
  const file = await openAge(from);
  try {
    return await readThrough(file, { signal, onProgress });
  } finally {
    await file.close();
  }
};

const readThrough = async (
  file: AgeFile,
  following: Following,
  take?: (plain: Uint8Array) => Promise<void>,
): Promise<Sums> => {
  const sums = makeSums();
  sums.sealed(file.start);
  let done = 0;
  for await (const { sealed, plain } of file.pieces()) {
    refuseCancelled(following);
    sums.sealed(sealed);
    sums.plain(plain);
    await take?.(plain);
    done += plain.length;
    following.onProgress?.(file.plainBytes === 0 ? 1 : done / file.plainBytes);
  }
  return sums.done();
};

const makeSums = () => {
  const sealed = createHash("sha256");
  const plain = createHash("sha256");
  let bytes = 0;
  return {
    sealed(chunk: Uint8Array): void {
      bytes += chunk.length;
      sealed.update(chunk);
    },
    plain(chunk: Uint8Array): void {
      plain.update(chunk);
    },
    done: (): Sums => ({ bytes, sha256: sealed.digest("hex"), plainSha256: plain.digest("hex") }),
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
