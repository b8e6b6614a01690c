import { randomInt } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { type AgeFile, openAge, verifyFile } from "../../../packages/backup/src/age/index.ts";
import { SEALED_CHUNK_BYTES } from "../../../packages/backup/src/age/stream.ts";
import type { Form, Section } from "../../leaks/section.ts";
import { EASY, makeFile, NAME, PASSPHRASE } from "./made.ts";
import { Tally } from "./tally.ts";

const SAMPLE_BYTES = 64 * 1024;
/** Of the bits of the sample's content, every so many; of the rest every one. */
const EVERY: Record<Form, number> = { full: 1, short: 401 };
const LARGE: Record<Form, { bytes: number; flips: number }> = {
  full: { bytes: 256 * 1024 * 1024, flips: 100_000 },
  short: { bytes: 16 * 1024 * 1024, flips: 800 },
};

/** Changes one bit of a file while something is tried, and changes it back. */
const whileFlipped = async (
  file: FileHandle,
  at: number,
  bit: number,
  work: () => Promise<unknown>,
): Promise<void> => {
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  const original = byte.readUInt8();
  await file.write(Buffer.of(original ^ (1 << bit)), 0, 1, at);
  await work();
  await file.write(Buffer.of(original), 0, 1, at);
};

/** Reads from the chunk that holds this byte on: chunks stand for themselves. */
const readFrom = (file: AgeFile, at: number): Promise<unknown> =>
  file.pieces(Math.floor((at - file.start.length) / SEALED_CHUNK_BYTES)).next();

/** Every bit of a small file, header and all. */
export const everyBit = async (form: Form): Promise<Section> => {
  const tally = new Tally();
  const { source, key, sums } = await makeFile(SAMPLE_BYTES, EASY);
  const file = await open(source, "r+");
  const reading = await openAge({ source, name: NAME, key });
  for (let at = 0; at < reading.start.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      await whileFlipped(file, at, bit, () =>
        tally.refuses("header and nonce, a bit", `byte ${at}, bit ${bit}`, () =>
          verifyFile({ source, name: NAME, passphrase: PASSPHRASE }),
        ),
      );
    }
  }
  for (let index = 0; index < (sums.bytes - reading.start.length) * 8; index += EVERY[form]) {
    const at = reading.start.length + Math.floor(index / 8);
    await whileFlipped(file, at, index % 8, () =>
      tally.refuses("64 KiB and a tag, a bit", `byte ${at}, bit ${index % 8}`, () =>
        readFrom(reading, at),
      ),
    );
  }
  await reading.close();
  await file.close();
  // Without this a reader that refuses everything would pass.
  const left = await verifyFile({ source, name: NAME, passphrase: PASSPHRASE });
  tally.check(left.sha256 === sums.sha256, "the sample is not as it was");
  return tally.section("every bit");
};

/** Bits anywhere in a large file, whose key is derived once. */
export const randomBits = async (form: Form): Promise<Section> => {
  const tally = new Tally();
  const { bytes, flips } = LARGE[form];
  const { source, key, sums } = await makeFile(bytes);
  const file = await open(source, "r+");
  const reading = await openAge({ source, name: NAME, key });
  for (let done = 0; done < flips; done += 1) {
    const at = randomInt(reading.start.length, sums.bytes);
    const bit = randomInt(8);
    await whileFlipped(file, at, bit, () =>
      tally.refuses(`${bytes / 2 ** 20} MiB, a random bit`, `byte ${at}, bit ${bit}`, () =>
        readFrom(reading, at),
      ),
    );
  }
  await reading.close();
  await file.close();
  const left = await verifyFile({ source, name: NAME, key });
  tally.check(left.sha256 === sums.sha256, "the large file is not as it was");
  return tally.section("random bits");
};
