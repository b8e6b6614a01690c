import { z } from "zod";

/** How a file of ours says what it is. */
export const FORMAT_NAME = "local-mcp-gateway";

/** How the secrets of a file were sealed, as it says. */
export const keyInFile = z.object({
  with: z.enum(["passphrase", "AUTH_ENCRYPTION_SECRET"]),
  kdf: z.literal("scrypt"),
  salt: z.string(),
  N: z.number().int(),
  r: z.number().int(),
  p: z.number().int(),
  check: z.string(),
});

/** What a file says of its own form; files that people write have no such block. */
export const formatBlock = z.object({
  name: z.literal(FORMAT_NAME),
  schema: z.number().int().min(1),
  /** Null where nothing is sealed. */
  key: keyInFile.nullable(),
  /** How many secrets are sealed in it. */
  secrets: z.number().int().min(0),
  /** SHA-256, hexadecimal. */
  digest: z.string(),
});
