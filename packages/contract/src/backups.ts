import { z } from "zod";
import { problem } from "./problem.ts";
import { noSecret, secretIn, secretOnce } from "./secret-fields.ts";
import { passphrase } from "./vault.ts";

/**
 * Why a backup was made. `before_migration` and `before_import` are copies for this computer, made
 * without a passphrase: their secrets stay sealed with its keys.
 */
export const backupKind = z.enum(["manual", "automatic", "before_migration", "before_import"]);
export type BackupKind = z.infer<typeof backupKind>;

/** What is in a backup only where it was asked for. */
export const backupPart = z.enum(["traffic", "environment", "certificates"]);
export type BackupPart = z.infer<typeof backupPart>;

export const BACKUP_PART_WORDS: Record<BackupPart, string> = {
  traffic: "Debug logs and raw metrics",
  environment: "The .env file",
  certificates: "Certificate files",
};

/** What people count. */
export const backupCounts = z.object({
  servers: z.number().int(),
  profiles: z.number().int(),
  tokens: z.number().int(),
  signIns: z.number().int(),
  secrets: z.number().int(),
});
export type BackupCounts = z.infer<typeof backupCounts>;

/** ms since 1970, as far as a Date reaches: one that was made elsewhere says what it likes. */
export const backupMoment = z.number().int().min(0).max(8.64e15);

/** What a backup holds, and what it does not. */
export const backupContents = z.object({
  /** When the state was as it holds it, ms since 1970. */
  createdAt: backupMoment,
  /** Of the program that made it; empty for a database that was copied by hand. */
  version: z.string(),
  /** How many migrations its database has had. */
  schema: z.number().int(),
  /** Name of the computer it was made on; empty where that is not known. */
  machine: z.string(),
  counts: backupCounts,
  tables: z.array(z.object({ name: z.string(), rows: z.number().int() })),
  /** sealed: with all secrets, under the passphrase. none: without any. foreign: sealed with keys of elsewhere. */
  secrets: z.enum(["sealed", "none", "foreign"]),
  parts: z.array(backupPart),
  /** What belongs to the gateway and is not in it, each as a sentence that says how to keep it. */
  missing: z.array(z.object({ what: z.string(), how: z.string() })),
});
export type BackupContents = z.infer<typeof backupContents>;

export const backupView = z.object({
  id: z.string(),
  /** Name of its file. */
  name: z.string(),
  kind: backupKind,
  /** ms since 1970. */
  createdAt: z.number().int(),
  bytes: z.number().int(),
  encrypted: z.boolean(),
  /** unverified: nobody has looked since it was put there. */
  state: z.enum(["verified", "unverified", "damaged"]),
  /** When it was last found whole, ms since 1970. */
  verifiedAt: z.number().int().nullable(),
  /** Null where that is not known without its passphrase. */
  counts: backupCounts.nullable(),
});
export type BackupView = z.infer<typeof backupView>;

/** Steps of a backup, and of a restore, in their order. */
export const backupPhase = z.enum([
  // A backup.
  "snapshot",
  "check",
  "encrypt",
  "verify",
  "store",
  // A restore. Up to `prepare` nothing but the staging folder was written.
  "unlock",
  "decrypt",
  "inspect",
  "migrate",
  "prepare",
  // The point of no return: from here on it goes on after a crash.
  "commit",
  "replace",
  "open",
  "smoke",
]);
export type BackupPhase = z.infer<typeof backupPhase>;

export const BACKUP_PHASE_WORDS: Record<BackupPhase, string> = {
  snapshot: "Taking a snapshot",
  check: "Checking the snapshot",
  encrypt: "Encrypting",
  verify: "Reading it back",
  store: "Storing it",
  unlock: "Trying the passphrase",
  decrypt: "Decrypting",
  inspect: "Checking what is in it",
  migrate: "Bringing it to this version",
  prepare: "Sealing secrets for this computer",
  commit: "Stopping servers",
  replace: "Putting it in place",
  open: "Opening it",
  smoke: "Trying it out",
};

/** A backup or restore under way, or how the last one went. One at a time. */
export const backupJob = z.object({
  id: z.string(),
  kind: z.enum(["create", "verify", "preview", "restore", "undo"]),
  state: z.enum(["running", "done", "failed", "cancelled"]),
  phase: backupPhase,
  /** 0 to 1 within the phase; null where it cannot be known. */
  progress: z.number().min(0).max(1).nullable(),
  /** Until the commit point. */
  cancellable: z.boolean(),
  /** Why it failed. */
  problem: problem.nullable(),
  /** What a restore has to say when it is done, each as a sentence. */
  notes: z.array(z.string()),
});
export type BackupJob = z.infer<typeof backupJob>;

export const backupHealth = z.object({
  /** `off`: automatic backups were turned off. `never`: there is none yet. */
  state: z.enum(["good", "never", "late", "folder_gone", "no_passphrase", "off"]),
  message: z.string(),
  wayOut: z.string().nullable(),
});
export type BackupHealth = z.infer<typeof backupHealth>;

export const backupsView = z.object({
  /** Newest first. */
  backups: z.array(backupView),
  health: backupHealth,
  /** The newest that is whole. */
  lastGood: backupView.nullable(),
  schedule: z.object({
    enabled: z.boolean(),
    /** HH:MM of this computer. */
    time: z.string(),
    keep: z.number().int(),
    folder: z.string(),
    /** Whether a passphrase is kept for them. */
    passphrase: z.object({ set: z.boolean(), since: z.number().int().nullable() }),
    /** ms since 1970; null while none is due. */
    nextAt: z.number().int().nullable(),
  }),
  /** The state before the last restore, while it is kept. */
  undo: z
    .object({
      restoredAt: z.number().int(),
      /** What was restored, for people. */
      from: z.string(),
      until: z.number().int(),
    })
    .nullable(),
  job: backupJob.nullable(),
});
export type BackupsView = z.infer<typeof backupsView>;

const typedPassphrase = secretIn(z.string().min(1).max(1024));
const backup = z.object({ backup: z.string().max(200) });

export const backupCreate = z.object({
  /** Without one, that which is kept for automatic backups. */
  passphrase: passphrase.optional(),
  parts: z.array(backupPart).default([]),
  /** A plain file without any secret; excludes `passphrase`. */
  unencrypted: z.boolean().default(false),
});
export type BackupCreate = z.input<typeof backupCreate>;

/** A backup that is listed, or a file that was given. */
export const backupOpen = backup.extend({ passphrase: typedPassphrase.optional() });
export type BackupOpen = z.infer<typeof backupOpen>;

export const backupVerify = backupOpen.extend({
  /** Restores it into a scratch directory and tries it out there. */
  drill: z.boolean().default(false),
});

export const backupReport = z.object({
  name: z.string(),
  bytes: z.number().int(),
  contents: backupContents,
  /** False for a database that was copied by hand: nothing says what it should hold. */
  verified: z.boolean(),
  /** What a drill found, each as a sentence; null without one. */
  drill: z.array(z.string()).nullable(),
});
export type BackupReport = z.infer<typeof backupReport>;

export const restoreChange = z.object({
  kind: z.enum([
    "server",
    "profile",
    "tool",
    "prompt",
    "resource",
    "root",
    "token",
    "setting",
    "sign_in",
  ]),
  name: z.string(),
  change: z.enum(["added", "removed", "changed"]),
});
export type RestoreChange = z.infer<typeof restoreChange>;

export const restorePreview = z.object({
  name: z.string(),
  /** SHA-256 of the file, hexadecimal: `restore` takes only what was shown. */
  digest: z.string(),
  contents: backupContents,
  verified: z.boolean(),
  /** Against what is configured now; `removed` is what exists now and will not. */
  changes: z.array(restoreChange),
  /** Newer than the backup, and therefore kept, each as a sentence. */
  stays: z.array(z.string()),
  /** Commands that may start once it is restored. */
  commands: z.array(
    z.object({
      server: z.string(),
      command: z.string(),
      args: z.array(z.string()),
      /** The folder that it starts in; null for the gateway's own. */
      cwd: z.string().nullable(),
      /** Names of environment variables; `NAME=value` where it decides which code runs. */
      env: z.array(noSecret(z.string())),
      /** Nobody has allowed it on this computer yet. */
      isNew: z.boolean(),
    }),
  ),
  warnings: z.array(z.string()),
});
export type RestorePreview = z.infer<typeof restorePreview>;

export const backupRestore = backupOpen.extend({
  /** Of the preview; a file that has changed since is refused. */
  digest: z.string().max(64).optional(),
  /** Of the parts in it, those to bring back. */
  parts: z.array(backupPart).default([]),
});
export type BackupRestore = z.input<typeof backupRestore>;

export const backupSelector = backup;

/** The passphrase for automatic backups: one that a person chose, or a new one that is made here. */
export const backupPassphrase = z.object({ passphrase: passphrase.nullable().optional() });

/** A made passphrase is in this answer and never again. */
export const recoverySheet = z.object({ passphrase: secretOnce(z.string()).nullable() });
