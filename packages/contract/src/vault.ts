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
  /** The keychain of this system; null where this program has none to offer, as on a command line. */
  keychain: z
    .object({
      available: z.boolean(),
      /** For people: Keychain, DPAPI, GNOME Keyring, KWallet. */
      name: z.string(),
      /** Why it cannot be used, as a sentence. */
      problem: z.string().nullable(),
    })
    .nullable(),
  /** What to do when it is not open. */
  wayOut: z.string().nullable(),
});
export type VaultStatus = z.infer<typeof vaultStatus>;

export const passphrase = z
  .string()
  .min(12, "A passphrase has at least 12 characters.")
  .max(1024, "A passphrase has at most 1024 characters.");
