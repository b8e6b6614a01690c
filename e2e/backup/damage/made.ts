import { randomFillSync } from "node:crypto";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encryptFile, makeHeader } from "../../../packages/backup/src/age/index.ts";
import { atEnd } from "../../conformance/closing.ts";

export const PASSPHRASE = "correct horse battery staple";
/** So that a header can be tried a thousand times. */
export const EASY = 1;
export const NAME = "damaged.age";

const PIECE_BYTES = 1024 * 1024;

/** A directory that is gone at the end. */
export const scratch = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), "damage-"));
  atEnd(() => rm(directory, { recursive: true, force: true }));
  return directory;
};

/** An encrypted file of so many random bytes, in a directory of its own. */
export const makeFile = async (bytes: number, logN?: number) => {
  const directory = await scratch();
  const plain = join(directory, "plain");
  const source = join(directory, "made.age");
  const handle = await open(plain, "wx");
  const piece = Buffer.alloc(PIECE_BYTES);
  for (let left = bytes; left > 0; left -= PIECE_BYTES) {
    await handle.writeFile(randomFillSync(piece).subarray(0, left));
  }
  await handle.close();
  const header = await makeHeader(PASSPHRASE, logN);
  const sums = await encryptFile({ source: plain, target: source, header });
  await rm(plain);
  return { directory, source, key: header.key, sums };
};
