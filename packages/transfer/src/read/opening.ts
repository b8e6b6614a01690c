import { GatewayError, type ImportProblem } from "@local-mcp/contract";
import { isExportSealed, isUsableDerivation } from "@local-mcp/vault";
import type { z } from "zod";
import type { keyInFile } from "../file/format.ts";
import { createFileSeal } from "../file/seal.ts";
import type { Opening } from "../file/secret-reader.ts";
import { isObject } from "../mapping/reading.ts";
import type { FileSeal, Keys, SealHeader } from "../types.ts";

/** Null, with a problem, where this computer would have to do too much for it. */
export function headerOf(
  key: z.infer<typeof keyInFile> | null,
  problems: ImportProblem[],
): SealHeader | null {
  if (key === null) return null;
  const { with: sealedWith, salt, N, r, p, check } = key;
  if (!isUsableDerivation({ salt, N, r, p })) {
    const message = "Its salt has to be 16 bytes, and its costs at most N = 2^20, r = 16, p = 4.";
    problems.push({ pointer: "/format/key", message });
    return null;
  }
  return { with: sealedWith, salt, params: { N, r, p }, check };
}

/** Fields that hold secrets, or values that are some of them. */
const SECRET_FIELDS: ReadonlySet<string> = new Set([
  "auth_value",
  "headers",
  "query",
  "env",
  "secrets",
  "sign_in",
]);

/** How many sealed secrets an entry of a file has. */
export function countSealed(entry: object): number {
  return Object.entries(entry)
    .filter(([field]) => SECRET_FIELDS.has(field))
    .flatMap(([, value]: [string, unknown]): unknown[] =>
      isObject(value) ? Object.values(value) : [value],
    )
    .filter((text) => typeof text === "string" && isExportSealed(text)).length;
}

const SEALED_WITH = {
  passphrase: "a passphrase",
  AUTH_ENCRYPTION_SECRET: "the AUTH_ENCRYPTION_SECRET of where it was exported",
} as const;

/**
 * Tries what was given, each secret once.
 *
 * @param keys null: secrets are left alone
 * @throws GatewayError import_secret_needed, import_secret_wrong
 */
export async function openingOf(
  file: { name: string; header: SealHeader | null; sealed: number },
  keys: Keys | null,
): Promise<Opening> {
  if (keys === null) return { seal: null, leaves: true };
  const { name, header, sealed } = file;
  if (sealed === 0 || header === null) return { seal: null, leaves: false };
  const { passphrase, sourceSecret, encryptionSecret, rekeySecret } = keys;
  const given = [passphrase, sourceSecret, encryptionSecret, rekeySecret].flatMap((secret) =>
    secret === undefined || secret === "" ? [] : [secret],
  );
  if (given.length === 0) {
    const sealedWith = SEALED_WITH[header.with];
    throw new GatewayError("import_secret_needed", { name, count: sealed, with: sealedWith });
  }
  for (const secret of new Set(given)) {
    const seal: FileSeal = await createFileSeal(secret, header.with, header);
    if (seal.header.check === header.check) return { seal, leaves: false };
  }
  throw new GatewayError("import_secret_wrong", {
    name,
    with: SEALED_WITH[header.with],
    option: header.with === "passphrase" ? "--passphrase-file" : "--source-secret-file",
  });
}
