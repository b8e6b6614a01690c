import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  HEADER_CHANGES,
  type Parts,
  putTogether,
  takeApart,
  withLine,
} from "../../../packages/backup/src/age/anatomy.ts";
import { decryptFile } from "../../../packages/backup/src/age/index.ts";
import { CHUNK_BYTES } from "../../../packages/backup/src/age/stream.ts";
import type { Form, Section } from "../../leaks/section.ts";
import { EASY, makeFile, NAME, PASSPHRASE, scratch } from "./made.ts";
import { Tally } from "./tally.ts";

/** Of the file that is cut and put together wrongly; the last one is not full. */
const CHUNKS: Record<Form, number> = { full: 16, short: 5 };
/** Cut at every byte up to here; the header and the nonce take 160. */
const FIRST_BYTES: Record<Form, number> = { full: 4096, short: 200 };

/** One way to damage a file. */
interface Damage {
  kind: string;
  place: string;
  file: Buffer;
}

const makeParts = async (form: Form): Promise<Parts> => {
  const { source } = await makeFile((CHUNKS[form] - 1) * CHUNK_BYTES + 1000, EASY);
  return takeApart(await readFile(source));
};

function* headers(parts: Parts): Generator<Damage> {
  for (const [what, line, change] of HEADER_CHANGES) {
    yield { kind: "header, a field", place: what, file: withLine(parts, line, change) };
  }
}

function* cuts(parts: Parts, form: Form): Generator<Damage> {
  const file = putTogether(parts);
  const cut = (end: number): Damage => ({
    kind: "cut",
    place: `at byte ${end} of ${file.length}`,
    file: file.subarray(0, end),
  });
  for (let end = 0; end < FIRST_BYTES[form]; end += 1) yield cut(end);
  let edge = parts.header.length + parts.nonce.length;
  for (const chunk of parts.chunks) {
    edge += chunk.length;
    yield* [edge - 1, edge, edge + 1].filter((end) => end < file.length).map(cut);
  }
}

function* orders(parts: Parts): Generator<Damage> {
  const { chunks } = parts;
  const damage = (kind: string, place: string, changed: Buffer[]): Damage => ({
    kind,
    place,
    file: putTogether({ ...parts, chunks: changed }),
  });
  for (let one = 0; one < chunks.length; one += 1) {
    yield damage("without a chunk", `${one}`, chunks.toSpliced(one, 1));
    for (let other = 0; other < chunks.length; other += 1) {
      const moved = chunks.slice(other, other + 1);
      yield damage(
        "with a chunk twice",
        `${other} before ${one}`,
        chunks.toSpliced(one, 0, ...moved),
      );
      if (other === one) continue;
      yield damage(
        "with a chunk in the place of another",
        `${other} at ${one}`,
        chunks.toSpliced(one, 1, ...moved),
      );
      if (other > one) {
        const swapped = chunks
          .with(one, moved[0] ?? Buffer.alloc(0))
          .toSpliced(other, 1, ...chunks.slice(one, one + 1));
        yield damage("with two chunks exchanged", `${one} and ${other}`, swapped);
      }
    }
  }
  for (const bytes of [1, 15, 16, 17, CHUNK_BYTES]) {
    yield damage("with zeros added", `${bytes}`, [...chunks, Buffer.alloc(bytes)]);
  }
}

/** From two files under one passphrase. */
function* splices(one: Parts, other: Parts): Generator<Damage> {
  const spliced = (place: string, part: Partial<Parts>): Damage => ({
    kind: "spliced from two backups",
    place,
    file: putTogether({ ...one, ...part }),
  });
  yield spliced("the other's header", { header: other.header });
  yield spliced("the other's nonce", { nonce: other.nonce });
  yield spliced("the other's start", { header: other.header, nonce: other.nonce });
  for (let at = 0; at < one.chunks.length; at += 1) {
    const theirs = other.chunks.slice(at, at + 1);
    yield spliced(`the other's chunk ${at}`, { chunks: one.chunks.toSpliced(at, 1, ...theirs) });
    const tail = [...one.chunks.slice(0, at), ...other.chunks.slice(at)];
    yield spliced(`the other's chunks from ${at} on`, { chunks: tail });
  }
}

/** Header fields, cuts, chunks in another order, parts of two files. */
export const structure = async (form: Form): Promise<Section> => {
  const tally = new Tally();
  const directory = await scratch();
  const source = join(directory, NAME);
  const decrypt = () =>
    decryptFile({
      source,
      name: NAME,
      target: join(directory, "out"),
      passphrase: PASSPHRASE,
      maxBytes: 2 ** 30,
    });
  const [one, other] = [await makeParts(form), await makeParts(form)];
  for (const damages of [headers(one), cuts(one, form), orders(one), splices(one, other)]) {
    for (const { kind, place, file } of damages) {
      await writeFile(source, file);
      await tally.refuses(kind, place, decrypt);
    }
  }
  const left = await readdir(directory);
  tally.check(left.length === 1, `left behind: ${left.join(", ")}`);
  await rm(join(directory, "out"), { force: true });
  for (const parts of [one, other]) {
    await writeFile(source, putTogether(parts));
    await decrypt();
    await rm(join(directory, "out"));
  }
  return tally.section("structure");
};
