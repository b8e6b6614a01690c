import { z } from "zod";
import { secretIn } from "./secret-fields.ts";

/** What opens a key slot: each opens the same vault. */
export const slotProvider = z.enum(["passphrase", "environment", "keychain", "recovery"]);
export type SlotProvider = z.infer<typeof slotProvider>;

/** Why a key that is at hand does not open the vault, or why no key could. */
export const vaultProblemCode = z.enum([
  /** A passphrase, secret or recovery key that is not the vault's. */
  "wrong_key",
  /** Sealed with another keychain than the one this session offers. */
  "keychain_changed",
  /** This session's keychain would keep the key readable. */
  "keychain_weak",
  /** Locked, denied by a person, or without an answer. */
  "keychain_refused",
  /** It answers, and does not hold the key: emptied, of another user, on another machine. */
  "keychain_lost",
  /** Written by a newer version. */
  "newer_format",
  /** The stored keys are not as they were written. */
  "damaged",
  /** Secrets are stored, and no key is left. */
  "keys_missing",
]);
export type VaultProblemCode = z.infer<typeof vaultProblemCode>;

export const vaultProblem = z.object({
  code: vaultProblemCode,
  message: z.string(),
  wayOut: z.string(),
});
export type VaultProblem = z.infer<typeof vaultProblem>;

export const vaultStatus = z.object({
  /** lost: secrets are stored and no key is left that could open them. */
  state: z.enum(["missing", "locked", "open", "lost"]),
  slots: z.array(
    z.object({
      id: z.string(),
      provider: slotProvider,
      label: z.string(),
      createdAt: z.number().int(),
      /** Why it did not open the vault when it was tried, as a sentence; null where it was not. */
      problem: z.string().nullable(),
    }),
  ),
  /** How many secrets it holds. */
  secrets: z.number().int(),
  /** The data key; null while the vault was never open under this version. */
  key: z
    .object({
      id: z.string(),
      /** Key check value, 8 hexadecimal digits: the same wherever the same vault is open. */
      check: z.string(),
      createdAt: z.number().int(),
    })
    .nullable(),
  /** Values that have got the new data key, of all, while it is being replaced. */
  rotation: z.object({ done: z.number().int(), total: z.number().int() }).nullable(),
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
  /** Why it is not open though a key is at hand, or what is wrong with its keys. */
  problem: vaultProblem.nullable(),
  /** What to do when it is not open. */
  wayOut: z.string().nullable(),
});
export type VaultStatus = z.infer<typeof vaultStatus>;

export const passphrase = secretIn(
  z
    .string()
    .min(12, "A passphrase has at least 12 characters.")
    .max(1024, "A passphrase has at most 1024 characters."),
);

/** Without either, the keys at hand are tried again: a keychain may have been unlocked meanwhile. */
export const vaultUnlock = z
  .object({
    passphrase: secretIn(z.string().max(1024)).optional(),
    recoveryKey: secretIn(z.string().max(200)).optional(),
  })
  .refine(
    ({ passphrase, recoveryKey }) => passphrase === undefined || recoveryKey === undefined,
    "Give a passphrase or a recovery key, not both.",
  );
export type VaultUnlock = z.infer<typeof vaultUnlock>;

/** Said by whoever means it: the one change of the vault that cannot be undone. */
export const FORGET_SECRETS = "forget all secrets";
