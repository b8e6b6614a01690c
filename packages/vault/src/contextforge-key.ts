import { createHash } from "node:crypto";
import { decrypt, encrypt } from "./aead.ts";

const NOTHING = Buffer.alloc(0);

/** Seals and opens credentials in the files of ContextForge. */
export interface ContextForgeKey {
  seal(plain: string): string;
  /** Null where it is not exactly what was sealed with this secret. */
  open(sealed: string): string | null;
}

/**
 * The key of ContextForge's AUTH_ENCRYPTION_SECRET: its SHA-256, without a salt, and AES-256-GCM
 * under a random nonce without additional data, as base64url(nonce | ciphertext | tag). Whoever has
 * a file can try secrets as fast as their machine hashes, so nothing of our own is sealed so.
 */
export function contextForgeKey(secret: string): ContextForgeKey {
  const key = createHash("sha256").update(secret, "utf8").digest();
  return {
    seal: (plain) => encrypt(key, Buffer.from(plain, "utf8"), NOTHING),
    open: (sealed) => decrypt(key, sealed.replace(/=+$/, ""), NOTHING)?.toString("utf8") ?? null,
  };
}
