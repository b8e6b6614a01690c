import { z } from "zod";

/** How the data key is wrapped: each slot opens the same vault. */
export const slotProvider = z.enum(["passphrase", "environment", "keychain"]);
export type SlotProvider = z.infer<typeof slotProvider>;

export const vaultStatus = z.object({
  state: z.enum(["missing", "locked", "open"]),
  slots: z.array(
    z.object({
      id: z.string(),
      provider: slotProvider,
      label: z.string(),
      createdAt: z.number().int(),
    }),
  ),
  /** How many secrets it holds. */
  secrets: z.number().int(),
  /** What to do when it is not open. */
  wayOut: z.string().nullable(),
});
export type VaultStatus = z.infer<typeof vaultStatus>;

export const passphrase = z
  .string()
  .min(12, "A passphrase has at least 12 characters.")
  .max(1024, "A passphrase has at most 1024 characters.");
