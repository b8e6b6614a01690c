import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { describe, expect, it } from "vitest";
import { decryptFile, encryptFile, verifyFile } from "./files.ts";
import { makeHeader } from "./header.ts";
import { kindOfFile } from "./kind.ts";
import { openAge, readFileKey } from "./open.ts";
import { CHUNK_BYTES } from "./stream.ts";
import { decrypted, EASY, encrypted, PASSPHRASE, randomPlain, scratch } from "./test-kit.ts";

const SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 16 * CHUNK_BYTES, 2_500_000];

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** A directory with a plain file in it, and where to encrypt it to. */
const stage = (plain: Uint8Array) => {
  const directory = scratch();
  const source = join(directory, "plain.db");
  writeFileSync(source, plain);
  return { directory, source, target: join(directory, "made.age") };
};

describe("a file with a passphrase", () => {
  it.each(SIZES)("comes back as it was: %i bytes", async (size) => {
    const plain = randomPlain(size);
    const file = await encrypted(plain);
    const { plain: back, sums } = await decrypted(file);
    expect(back.equals(plain)).toBe(true);
    expect(sums).toEqual({ bytes: file.length, sha256: sha256(file) });
  });

  it.each(SIZES)("is one that the library opens: %i bytes", async (size) => {
    const plain = randomPlain(size);
    const decrypter = new Decrypter();
    decrypter.addPassphrase(PASSPHRASE);
    const back = await decrypter.decrypt(await encrypted(plain));
    expect(sha256(back)).toBe(sha256(plain));
  });

  it.each(SIZES)("opens as the library made it: %i bytes", async (size) => {
    const plain = randomPlain(size);
    const encrypter = new Encrypter();
    encrypter.setPassphrase("naïve – пароль");
    encrypter.setScryptWorkFactor(2);
    const { plain: back } = await decrypted(await encrypter.encrypt(plain), "naïve – пароль");
    expect(back.equals(plain)).toBe(true);
  });

  it("is never the same twice", async () => {
    const [one, other] = [await encrypted(Buffer.alloc(9)), await encrypted(Buffer.alloc(9))];
    expect(one.subarray(-25).equals(other.subarray(-25))).toBe(false);
    expect(one.length).toBe(other.length);
  });

  it("takes the passphrase as typed: two spellings of a letter are two passphrases", async () => {
    const file = await encrypted(Buffer.from("x"), "é".normalize("NFC"));
    await expect(decrypted(file, "é".normalize("NFD"))).rejects.toMatchObject({
      code: "backup_wrong_passphrase",
    });
  });

  it("says of what is written and read what a check needs, without another derivation", async () => {
    const plain = randomPlain(200_000);
    const { source, target } = stage(plain);
    const progress: number[] = [];
    const onProgress = (share: number): void => void progress.push(share);
    const header = await makeHeader(PASSPHRASE, EASY);
    const { key } = header;
    const sums = await encryptFile({ source, target, header, onProgress });
    expect(progress.at(-1)).toBe(1);
    const reading = { source: target, name: "made.age", key, plain: source, onProgress };
    expect(await verifyFile(reading)).toEqual(sums);
    expect(progress.at(-1)).toBe(1);
    expect(sha256(readFileSync(target))).toBe(sums.sha256);
    expect(Buffer.from(await readFileKey(target, "made.age", PASSPHRASE)).equals(key)).toBe(true);
  });

  it("is damaged where it holds something else than what it was made of", async () => {
    const plain = randomPlain(40 * CHUNK_BYTES);
    const { source, target } = stage(plain);
    const header = await makeHeader(PASSPHRASE, EASY);
    await encryptFile({ source, target, header });
    const verifying = () =>
      verifyFile({ source: target, name: "made.age", key: header.key, plain: source });
    const other = { code: "backup_damaged", params: { name: "made.age" } };
    writeFileSync(source, plain.subarray(0, -1));
    await expect(verifying()).rejects.toMatchObject(other);
    writeFileSync(source, Buffer.concat([plain, Buffer.from("x")]));
    await expect(verifying()).rejects.toMatchObject(other);
    plain.writeUInt8(plain.readUInt8(17 * CHUNK_BYTES) ^ 1, 17 * CHUNK_BYTES);
    writeFileSync(source, plain);
    await expect(verifying()).rejects.toMatchObject(other);
  });

  it("is for its owner only, encrypted and decrypted", async () => {
    const { directory, source, target } = stage(Buffer.from("x"));
    const header = await makeHeader(PASSPHRASE, EASY);
    const { key } = header;
    await encryptFile({ source, target, header });
    const out = join(directory, "out");
    await decryptFile({ source: target, name: "made.age", target: out, key, maxBytes: 1 });
    expect([statSync(target).mode & 0o777, statSync(out).mode & 0o777]).toEqual([0o600, 0o600]);
  });

  it("holds the work factor of every backup, and tells a wrong passphrase from the header alone", async () => {
    const { source, target } = stage(randomPlain(100_000));
    await encryptFile({ source, target, header: await makeHeader(PASSPHRASE) });
    const file = readFileSync(target);
    expect(file.toString("latin1")).toMatch(
      /^age-encryption\.org\/v1\n-> scrypt [A-Za-z0-9+/]{22} 17\n/,
    );
    const headerAlone = file.subarray(0, file.indexOf("\n", file.indexOf("\n---") + 1) + 1);
    writeFileSync(target, headerAlone);
    const withOther = readFileKey(target, "made.age", "another passphrase");
    await expect(withOther).rejects.toMatchObject({ code: "backup_wrong_passphrase" });
    expect(await readFileKey(target, "made.age", PASSPHRASE)).toHaveLength(16);
  });

  it("may be read from any chunk on", async () => {
    const plain = randomPlain(3 * CHUNK_BYTES + 7);
    const { source, target } = stage(plain);
    const header = await makeHeader(PASSPHRASE, EASY);
    const { key } = header;
    await encryptFile({ source, target, header });
    const file = await openAge({ source: target, name: "made.age", key });
    const read: Uint8Array[] = [];
    for await (const piece of file.pieces(2)) read.push(piece.plain);
    await file.close();
    expect(Buffer.concat(read).equals(plain.subarray(2 * CHUNK_BYTES))).toBe(true);
  });
});

describe("a target", () => {
  const headed = () => makeHeader(PASSPHRASE, EASY);

  it("that is there is left as it is", async () => {
    const { directory, source, target } = stage(Buffer.from("x"));
    writeFileSync(target, "mine");
    const header = await headed();
    await expect(encryptFile({ source, target, header })).rejects.toMatchObject({
      code: "EEXIST",
    });
    symlinkSync(join(directory, "elsewhere"), join(directory, "link"));
    await expect(
      encryptFile({ source, target: join(directory, "link"), header }),
    ).rejects.toMatchObject({ code: "EEXIST" });
    expect(readFileSync(target, "utf8")).toBe("mine");
    expect(readdirSync(directory).sort()).toEqual(["link", "made.age", "plain.db"]);
  });

  it("is gone after a cancelled encryption, and after a cancelled decryption", async () => {
    const { directory, source, target } = stage(randomPlain(40 * CHUNK_BYTES));
    const ending = () => {
      const controller = new AbortController();
      return { signal: controller.signal, onProgress: () => controller.abort() };
    };
    const header = await headed();
    const { key } = header;
    await expect(encryptFile({ source, target, header, ...ending() })).rejects.toMatchObject({
      code: "backup_cancelled",
    });
    expect(existsSync(target)).toBe(false);
    await encryptFile({ source, target, header });
    const out = join(directory, "out");
    await expect(
      decryptFile({
        source: target,
        name: "a",
        target: out,
        key,
        maxBytes: 2 ** 30,
        ...ending(),
      }),
    ).rejects.toMatchObject({ code: "backup_cancelled" });
    expect(readdirSync(directory).sort()).toEqual(["made.age", "plain.db"]);
  });

  it("is not begun for a file that holds more than may be written", async () => {
    const { directory, source, target } = stage(randomPlain(3 * 2 ** 20));
    const header = await headed();
    const { key } = header;
    await encryptFile({ source, target, header });
    const out = join(directory, "out");
    const decrypting = (maxBytes: number) =>
      decryptFile({ source: target, name: "a.age", target: out, key, maxBytes });
    await expect(decrypting(3 * 2 ** 20 - 1)).rejects.toMatchObject({
      code: "backup_too_big",
      params: { name: "a.age", needed: "3 MB", free: "2.9 MB" },
    });
    expect(existsSync(out)).toBe(false);
    await decrypting(3 * 2 ** 20);
    expect(existsSync(out)).toBe(true);
  });
});

describe("other files", () => {
  it("are told by their beginning", async () => {
    const directory = scratch();
    const kindOf = (bytes: Uint8Array | string) => {
      writeFileSync(join(directory, "file"), bytes);
      return kindOfFile(join(directory, "file"), "file");
    };
    expect(await kindOf(await encrypted(Buffer.from("x")))).toBe("age");
    expect(await kindOf("-----BEGIN AGE ENCRYPTED FILE-----\n")).toBe("age");
    expect(await kindOf("SQLite format 3\0 and more")).toBe("sqlite");
    expect(await kindOf("SQLite format 3")).toBe("other");
    expect(await kindOf("age")).toBe("other");
    expect(await kindOf("")).toBe("other");
  });

  it("that cannot be read are named", async () => {
    const directory = scratch();
    mkdirSync(join(directory, "folder"));
    for (const name of ["folder", "nothing"]) {
      await expect(kindOfFile(join(directory, name), name)).rejects.toMatchObject({
        code: "backup_unreadable",
        params: { name },
      });
    }
  });

  it("encrypted to a key, or written as text, are refused as what they are", async () => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(await generateX25519Identity()));
    await expect(decrypted(await encrypter.encrypt("hello"))).rejects.toMatchObject({
      code: "backup_not_ours",
      params: { reason: "it is encrypted to a key, not with a passphrase" },
    });
    await expect(
      decrypted(Buffer.from("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n")),
    ).rejects.toMatchObject({ code: "backup_not_ours" });
    await expect(decrypted(Buffer.from("age-encryption.org/v2\n"))).rejects.toMatchObject({
      code: "backup_not_ours",
    });
  });
});
