import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { portableChacha, systemChacha } from "./chacha.ts";
import { decryptFile } from "./files.ts";
import { openAge, readFileKey } from "./open.ts";
import { CHUNK_BYTES, payloadOf, plainBytesOf, sealedBytesOf } from "./stream.ts";
import { HEADER_CHANGES, LINES, type Parts, putTogether, takeApart, withLine } from "./anatomy.ts";
import { decrypted, encrypted, PASSPHRASE, randomPlain, refusal, scratch } from "./test-kit.ts";

const REFUSED = [
  "backup_wrong_passphrase",
  "backup_damaged",
  "backup_not_ours",
  "backup_refused",
] as const;

const threeChunks = async (): Promise<Parts> =>
  takeApart(await encrypted(randomPlain(2 * CHUNK_BYTES + 100)));

describe("a header", () => {
  it("is refused with any of its bytes changed", async () => {
    const file = await encrypted(Buffer.from("hello"));
    const { header } = takeApart(file);
    for (let at = 0; at < header.length; at += 1) {
      const changed = Buffer.from(file);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(REFUSED, `byte ${at}`).toContain(await refusal(changed));
    }
  });

  it("is refused when it is cut anywhere, with what follows or without", async () => {
    const file = await encrypted(Buffer.from("hello"));
    const { header } = takeApart(file);
    for (let end = 0; end < header.length; end += 1) {
      expect(REFUSED, `cut at ${end}`).toContain(await refusal(file.subarray(0, end)));
      const without = Buffer.concat([file.subarray(0, end), file.subarray(end + 1)]);
      expect(REFUSED, `without ${end}`).toContain(await refusal(without));
    }
  });

  it.each(HEADER_CHANGES)("is refused with %s", async (_, line, change, code) => {
    const parts = takeApart(await encrypted(Buffer.from("hello")));
    expect(await refusal(withLine(parts, line, change))).toBe(code);
  });

  it("is refused where the passphrase is not alone, or there is no end", async () => {
    const parts = takeApart(await encrypted(Buffer.from("hello")));
    const stanza = parts.header
      .toString("latin1")
      .split("\n")
      .slice(LINES.stanza, LINES.mac)
      .join("\n");
    const twice = withLine(parts, LINES.mac, (line) => `${stanza}\n${line}`);
    expect(await refusal(twice)).toBe("backup_damaged");
    const grease = withLine(parts, LINES.mac, (line) => `-> joint-oil\n\n${line}`);
    expect(await refusal(grease)).toBe("backup_damaged");
    const endless = `age-encryption.org/v1\n${"-> a\n\n".repeat(20_000)}`;
    expect(await refusal(Buffer.from(endless))).toBe("backup_damaged");
  });

  it("with a wrong passphrase, and a changed one with the right one, are one error", async () => {
    const file = await encrypted(Buffer.from("hello"));
    const other = withLine(takeApart(file), LINES.mac, () => `--- ${"A".repeat(43)}`);
    const [wrong, changed] = await Promise.all(
      [decrypted(file, "another"), decrypted(other)].map((opening) =>
        opening.then(String, (error: unknown) => JSON.stringify([String(error), error])),
      ),
    );
    expect(wrong).toContain("backup_wrong_passphrase");
    expect(changed).toBe(wrong);
  });

  it("that was changed is refused with the key at hand, too", async () => {
    const directory = scratch();
    const source = join(directory, "a.age");
    const parts = takeApart(await encrypted(Buffer.from("hello")));
    writeFileSync(source, putTogether(parts));
    const key = await readFileKey(source, "a.age", PASSPHRASE);
    writeFileSync(
      source,
      withLine(parts, LINES.mac, () => `--- ${"A".repeat(43)}`),
    );
    await expect(openAge({ source, name: "a.age", key })).rejects.toMatchObject({
      code: "backup_damaged",
    });
  });
});

describe("what is behind the header", () => {
  it("is refused with its nonce changed", async () => {
    const parts = await threeChunks();
    const nonce = Buffer.from(parts.nonce);
    nonce[0] = (nonce[0] ?? 0) ^ 1;
    expect(await refusal(putTogether({ ...parts, nonce }))).toBe("backup_damaged");
  });

  it("is refused with a bit of a chunk or of its tag changed, and says where", async () => {
    const parts = await threeChunks();
    const [first = Buffer.alloc(0), second = Buffer.alloc(0), third = Buffer.alloc(0)] =
      parts.chunks;
    const flipped = (chunk: Buffer, at: number): Buffer => {
      const changed = Buffer.from(chunk);
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      return changed;
    };
    for (const at of [0, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 15]) {
      const file = putTogether({ ...parts, chunks: [first, flipped(second, at), third] });
      await expect(decrypted(file)).rejects.toMatchObject({
        code: "backup_damaged",
        params: { reason: "what it holds was changed between the bytes 65536 and 131072" },
      });
    }
    const end = putTogether({ ...parts, chunks: [first, second, flipped(third, 50)] });
    await expect(decrypted(end)).rejects.toMatchObject({
      params: { reason: "its end, from byte 131072 on, was changed or cut" },
    });
  });

  it("is refused when it is cut around the edge of any chunk", async () => {
    const parts = await threeChunks();
    const file = putTogether(parts);
    let edge = parts.header.length;
    for (const part of [parts.nonce, ...parts.chunks]) {
      edge += part.length;
      for (const end of [edge - 1, edge, edge + 1].filter((end) => end < file.length)) {
        expect(await refusal(file.subarray(0, end)), `cut at ${end}`).toBe("backup_damaged");
      }
    }
  });

  const orders: [string, (chunks: Buffer[]) => Buffer[], string][] = [
    ["in another order", ([a, b, c]) => [b, a, c].flatMap((x) => x ?? []), "was changed"],
    ["with one twice", ([a, b, c]) => [a, b, b, c].flatMap((x) => x ?? []), "was changed"],
    ["without the first", (chunks) => chunks.slice(1), "was changed"],
    ["without the last", (chunks) => chunks.slice(0, -1), "it was cut short"],
    ["with the last alone", (chunks) => chunks.slice(-1), "was changed"],
    ["without any", () => [], "it was cut short"],
    ["with bytes added", (chunks) => [...chunks, Buffer.alloc(3)], "was changed or cut"],
    ["with zeros after its end", ([a]) => [a ?? Buffer.alloc(0), Buffer.alloc(16)], "cut short"],
  ];

  it.each(orders)("is refused %s", async (_, change, reason) => {
    const parts = await threeChunks();
    await expect(
      decrypted(putTogether({ ...parts, chunks: change(parts.chunks) })),
    ).rejects.toMatchObject({
      code: "backup_damaged",
      params: { reason: expect.stringContaining(reason) },
    });
  });

  it("is refused with more behind a last chunk that was full", async () => {
    const parts = takeApart(await encrypted(randomPlain(CHUNK_BYTES)));
    await expect(
      decrypted(putTogether({ ...parts, chunks: [...parts.chunks, Buffer.alloc(99)] })),
    ).rejects.toMatchObject({ params: { reason: "something was added behind its end" } });
  });

  it("is refused when it is of another file under the same passphrase", async () => {
    const [one, other] = [await threeChunks(), await threeChunks()];
    const [a, b, c] = one.chunks;
    const [, theirs] = other.chunks;
    const mixed = [a, theirs, c].flatMap((chunk) => chunk ?? []);
    expect(b).toHaveLength(theirs?.length ?? 0);
    for (const file of [
      { ...one, header: other.header },
      { ...one, nonce: other.nonce },
      { ...one, chunks: other.chunks },
      { ...one, chunks: mixed },
      { ...one, header: other.header, nonce: other.nonce },
    ]) {
      expect(await refusal(putTogether(file))).toBe("backup_damaged");
    }
  });

  it("is refused with an empty chunk at its end, though it was sealed with the key", async () => {
    const directory = scratch();
    const source = join(directory, "a.age");
    const parts = takeApart(await encrypted(Buffer.alloc(0)));
    writeFileSync(source, putTogether(parts));
    const payload = payloadOf(await readFileKey(source, "a.age", PASSPHRASE), parts.nonce);
    const full = Buffer.from(payload.seal(0, false, randomPlain(CHUNK_BYTES)));
    const sealed = (plain: Buffer) =>
      putTogether({ ...parts, chunks: [full, Buffer.from(payload.seal(1, true, plain))] });
    expect(await refusal(sealed(Buffer.alloc(0)))).toBe("backup_damaged");
    expect((await decrypted(sealed(Buffer.from("x")))).plain).toHaveLength(CHUNK_BYTES + 1);
  });

  it("leaves nothing written where it is refused", async () => {
    const directory = scratch();
    const source = join(directory, "a.age");
    const parts = takeApart(await encrypted(randomPlain(40 * CHUNK_BYTES)));
    writeFileSync(source, putTogether({ ...parts, chunks: parts.chunks.slice(0, -1) }));
    await expect(
      decryptFile({
        source,
        name: "a.age",
        target: join(directory, "out"),
        passphrase: PASSPHRASE,
        maxBytes: 2 ** 30,
      }),
    ).rejects.toMatchObject({ code: "backup_damaged" });
    expect(readdirSync(directory)).toEqual(["a.age"]);
  });
});

describe("the two implementations of the cipher", () => {
  const key = randomPlain(32);
  const nonce = randomPlain(12);
  const both = [systemChacha, portableChacha];

  it.each([0, 1, 63, 64, 65, CHUNK_BYTES])("give the same bytes: %i", (size) => {
    const plain = randomPlain(size);
    const [one, other] = both.map((cipher) => Buffer.from(cipher.seal(key, nonce, plain)));
    expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true);
    for (const cipher of both) {
      const opened = cipher.open(key, nonce, one ?? Buffer.alloc(0));
      expect(plain.equals(opened ?? Buffer.from("no"))).toBe(true);
    }
  });

  it.each(both)("refuse what was changed, and what is too short for a tag", (cipher) => {
    const sealed = Buffer.from(cipher.seal(key, nonce, Buffer.from("hello")));
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(cipher.open(key, nonce, changed)).toBeNull();
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(cipher.open(key, nonce, sealed.subarray(0, length))).toBeNull();
    }
    expect(cipher.open(key, randomPlain(12), sealed)).toBeNull();
  });
});

describe("sizes", () => {
  it("of plaintext follow from those of chunks, and of some follow none", () => {
    for (const bytes of [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 5e12]) {
      expect(plainBytesOf(sealedBytesOf(bytes))).toBe(bytes);
    }
    const edge = sealedBytesOf(CHUNK_BYTES);
    for (const sealed of [-5, 0, 15, edge + 1, edge + 16]) {
      expect(plainBytesOf(sealed)).toBeNull();
    }
  });
});
