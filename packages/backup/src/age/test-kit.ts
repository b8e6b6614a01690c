import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewayError } from "@local-mcp/contract";
import { onTestFinished } from "vitest";
import { decryptFile, encryptFile, type Sums } from "./files.ts";
import { makeHeader } from "./header.ts";

export const PASSPHRASE = "correct horse battery staple";
/** As little work as scrypt can be: these tests are not about how long it takes. */
export const EASY = 1;

/** A directory that is gone after the test. */
export const scratch = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "age-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

/** Encrypts bytes, and gives the file as bytes. */
export const encrypted = async (plain: Uint8Array, passphrase = PASSPHRASE): Promise<Buffer> => {
  const directory = scratch();
  const target = join(directory, "made.age");
  writeFileSync(join(directory, "plain"), plain);
  const header = await makeHeader(passphrase, EASY);
  await encryptFile({ source: join(directory, "plain"), target, header });
  return readFileSync(target);
};

export interface Opened {
  plain: Buffer;
  sums: Sums;
}

/** Decrypts the bytes of a file. */
export const decrypted = async (file: Uint8Array, passphrase = PASSPHRASE): Promise<Opened> => {
  const directory = scratch();
  const source = join(directory, "a.age");
  const target = join(directory, "out");
  writeFileSync(source, file);
  const sums = await decryptFile({
    source,
    name: "a.age",
    target,
    passphrase,
    maxBytes: 2 ** 30,
  });
  return { plain: readFileSync(target), sums };
};

/** With which code the bytes of a file are refused, or what is wrong with that. */
export const refusal = async (file: Uint8Array, passphrase = PASSPHRASE): Promise<string> => {
  try {
    await decrypted(file, passphrase);
    return "it was opened";
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error);
  }
};

export const randomPlain = (bytes: number): Buffer => randomBytes(bytes);
