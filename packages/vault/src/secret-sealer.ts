import { createHash } from "node:crypto";
import { deriveSecret } from "./derive.ts";
import { createSealer, type Sealer } from "./sealer.ts";

/** As `cost.ts`; what is sealed does not tell it, so that it stays as it is. */
const COST = { N: 2 ** 17, r: 8, p: 1 };
const ID_BYTES = 9;

/**
 * Seals with a key that comes from a secret and nothing else, for a program that keeps no vault:
 * whoever is given the same secret opens what another has sealed. The salt is fixed, so the secret
 * has to be a random one; the purpose is part of it, so that two purposes have nothing in common.
 * Takes a quarter of a second, off the main thread.
 *
 * @param purpose never changed once something was sealed
 */
export async function sealerOfSecret(secret: string, purpose: string): Promise<Sealer> {
  const salt = Buffer.from(`local-mcp-gateway v1 ${purpose}`);
  const bytes = await deriveSecret(secret, { ...COST, salt });
  const digest = createHash("sha256").update(bytes).digest();
  const id = digest.subarray(0, ID_BYTES).toString("base64url");
  return createSealer({ current: { id, bytes }, retiring: [] });
}
