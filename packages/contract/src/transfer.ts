import { z } from "zod";
import { problem } from "./problem.ts";
import { noSecret, secretIn } from "./secret-fields.ts";

// Export and import of what is configured. Our words are used here; the seeds' are in
// SEED_TYPES, for files, for routes at the root and for `--types` and `--include`.

/** In the order in which an import writes them; what refers to others comes after them. */
export const transferKind = z.enum(["root", "server", "tool", "resource", "profile", "prompt"]);
export type TransferKind = z.infer<typeof transferKind>;

/** In the order in which an export file has them. */
export const seedType = z.enum(["tools", "gateways", "servers", "prompts", "resources", "roots"]);
export type SeedType = z.infer<typeof seedType>;

/** What each kind is called in export files, in their commands and in the routes at the root. */
export const SEED_TYPES: Record<TransferKind, SeedType> = {
  root: "roots",
  server: "gateways",
  tool: "tools",
  resource: "resources",
  profile: "servers",
  prompt: "prompts",
};

/** The other way round. */
export const KIND_OF_SEED: Record<SeedType, TransferKind> = {
  tools: "tool",
  gateways: "server",
  servers: "profile",
  prompts: "prompt",
  resources: "resource",
  roots: "root",
};

/** The version that export files carry: of MCP, as the seeds have it. */
export const EXPORT_VERSION = "2025-03-26";
/** Of the file's own form; a file of a newer one is refused. */
export const EXPORT_SCHEMA = 1;
/** Of a file that is imported, bytes. */
export const MAX_IMPORT_BYTES = 64 * 1024 * 1024;

/** Names, slugs, titles or URIs, or ids, by kind; an empty list: all of it. */
export const transferSelection = z.partialRecord(transferKind, z.array(z.string().min(1)));
export type TransferSelection = z.infer<typeof transferSelection>;

/** A secret that somebody chose or keeps elsewhere: as it was when the file was made. */
const keySecret = secretIn(z.string().min(1).max(4096));

const exportChoice = {
  /** Absent: all kinds. */
  kinds: z.array(transferKind).min(1).optional(),
  without: z.array(transferKind).default([]),
  /** Only what has any of these; what is named in `selection`, or needed, whatever it has. */
  tags: z.array(z.string()).default([]),
  includeInactive: z.boolean().default(false),
  /** What the chosen profiles need comes along, and so do the roots of chosen files. */
  dependencies: z.boolean().default(true),
  /** Of these kinds only what is named; the others as they are chosen otherwise, or not at all. */
  selection: transferSelection.optional(),
};

/**
 * gateway: the one that can be imported whole. flat: its lists at the top, as early scripts want
 * it. contextforge: for that program, with what it has no field for left out.
 */
export const exportFormat = z.enum(["gateway", "flat", "contextforge"]);
export type ExportFormat = z.infer<typeof exportFormat>;

export const exportOptions = z.strictObject({
  ...exportChoice,
  format: exportFormat.default("gateway"),
  /** none: every secret is left out. sealed: with the passphrase, or AUTH_ENCRYPTION_SECRET. */
  secrets: z.enum(["sealed", "none"]).default("sealed"),
  /** Seals the secrets of the file; wins over the gateway's own AUTH_ENCRYPTION_SECRET. */
  passphrase: keySecret.optional(),
  /** An AUTH_ENCRYPTION_SECRET to seal with, in the place of the gateway's own. */
  encryptionSecret: keySecret.optional(),
  /** For ContextForge, whose key is unsalted: only of these are secrets in the file, by name. */
  secretsOf: transferSelection.optional(),
});
export type ExportOptions = z.input<typeof exportOptions>;

/** What is in a file beside what was asked for, because something else needs it. */
export const exportAddition = z.object({
  kind: transferKind,
  name: z.string(),
  /** Name of what needs it. */
  neededBy: z.string(),
});

/** How many of each kind. */
export const kindCounts = z.record(transferKind, z.number().int());
export type KindCounts = z.infer<typeof kindCounts>;

/** What an export would hold, and what it would not. */
export const exportEstimate = z.object({
  counts: kindCounts,
  total: z.number().int(),
  /** Of the file, roughly. */
  bytes: z.number().int(),
  added: z.array(exportAddition),
  /** How many secrets the chosen have. */
  secrets: z.number().int(),
  /** Whether the gateway has an AUTH_ENCRYPTION_SECRET to seal with. */
  hasEncryptionSecret: z.boolean(),
  /** What no export holds, each as a sentence, with how it is kept. */
  notIncluded: z.array(z.object({ what: z.string(), how: z.string() })),
  /** What there is to choose from, by kind. */
  available: z.array(
    z.object({
      kind: transferKind,
      name: z.string(),
      title: z.string().nullable(),
      tags: z.array(z.string()),
      enabled: z.boolean(),
      /** Whether it would be in the file. */
      chosen: z.boolean(),
    }),
  ),
});
export type ExportEstimate = z.infer<typeof exportEstimate>;

export const exportResult = z.object({
  /** The whole file. Its secrets are sealed, or not in it. */
  text: noSecret(z.string()),
  /** What it could be called. */
  name: z.string(),
  counts: kindCounts,
  total: z.number().int(),
  /** Sealed in it; those that it leaves out. */
  secrets: z.object({ sealed: z.number().int(), left: z.number().int() }),
  added: z.array(exportAddition),
  notIncluded: z.array(z.object({ what: z.string(), how: z.string() })),
  /** What its form could not say, each as a sentence. */
  warnings: z.array(z.string()),
});
export type ExportResult = z.infer<typeof exportResult>;

export const conflictStrategy = z.enum(["skip", "update", "rename", "fail"]);
export type ConflictStrategy = z.infer<typeof conflictStrategy>;

/** What a file that is imported may be. */
export const importFormat = z.enum(["gateway", "flat", "contextforge", "client"]);
export type ImportFormat = z.infer<typeof importFormat>;

export const IMPORT_FORMAT_WORDS: Record<ImportFormat, string> = {
  gateway: "an export of Local MCP Gateway",
  flat: "an export in the early form",
  contextforge: "an export of ContextForge",
  client: "a configuration of an MCP client",
};

export const importOptions = z.strictObject({
  /** The whole file. */
  text: secretIn(z.string().max(MAX_IMPORT_BYTES)),
  /** As the person calls it; only shown. */
  name: z.string().max(500).default(""),
  strategy: conflictStrategy.default("update"),
  /** For single entities, by their JSON pointer; the strategy decides on all others. */
  choices: z.record(z.string(), conflictStrategy).default({}),
  /** Absent: all kinds. */
  kinds: z.array(transferKind).min(1).optional(),
  /** Only what is named is imported, and nothing of a kind that is not in it. */
  selection: transferSelection.optional(),
  /** leave: no secret of the file is read, and those that are stored stay. */
  secrets: z.enum(["read", "leave"]).default("read"),
  passphrase: keySecret.optional(),
  /** The AUTH_ENCRYPTION_SECRET of where the file was made. */
  sourceSecret: keySecret.optional(),
  /** The AUTH_ENCRYPTION_SECRET of this gateway, which opens its vault where it is not open. */
  rekeySecret: keySecret.optional(),
  /** What renamed ones are called after, s since 1970; of the plan that is applied. */
  instant: z.number().int().min(0).optional(),
});
export type ImportOptions = z.input<typeof importOptions>;

export const importApply = importOptions.extend({
  /** Of the plan that was shown: what would be done otherwise is refused. */
  digest: z.string().max(64).optional(),
  /** Names of servers whose commands a person has read and lets run. */
  consent: z.array(z.string()).default([]),
});
export type ImportApply = z.input<typeof importApply>;

/** conflict: `fail` forbids it. failed: it cannot be imported as it is. */
export const importAction = z.enum([
  "create",
  "update",
  "unchanged",
  "rename",
  "skip",
  "conflict",
  "failed",
]);
export type ImportAction = z.infer<typeof importAction>;

/** Something that is wrong in a file, and where. */
export const importProblem = z.object({
  /** JSON pointer (RFC 6901); empty for the file as a whole. */
  pointer: z.string(),
  message: z.string(),
});
export type ImportProblem = z.infer<typeof importProblem>;

export const importChange = z.object({
  /** As the API calls it, with dots. */
  field: z.string(),
  /** As text, cut; null where there is none, and of secrets. */
  before: z.string().nullable(),
  after: z.string().nullable(),
  /**
   * Of a secret what becomes of it, in the place of its value. missing: it is named without a value,
   * and none is stored.
   */
  secret: z.enum(["set", "changed", "kept", "cleared", "missing"]).nullable(),
});
export type ImportChange = z.infer<typeof importChange>;

/** One entity of a file and what becomes of it. */
export const importRow = z.object({
  kind: transferKind,
  /** Name, slug or URI in the file. */
  name: z.string(),
  /** As people read it; null where that is the name. */
  title: z.string().nullable(),
  /** Where it is in the file; empty where the file has no pointers. */
  pointer: z.string(),
  action: importAction,
  /** What it is called afterwards, where that is another name. */
  newName: z.string().nullable(),
  /** Whether something of its name or id is there already, which is when a strategy decides. */
  exists: z.boolean(),
  changes: z.array(importChange),
  problems: z.array(importProblem),
  warnings: z.array(z.string()),
});
export type ImportRow = z.infer<typeof importRow>;

/** Warnings of a row for where they are told without it, each with the name of what it is about. */
export const warningsOfRow = ({ name, warnings }: ImportRow): string[] =>
  warnings.map((warning) =>
    warning.includes(`'${name}'`) || warning.includes(`“${name}”`)
      ? warning
      : `${name}: ${warning}`,
  );

/** They add up: `total` is the sum of all others. */
export const importCounts = z.object({
  total: z.number().int(),
  created: z.number().int(),
  updated: z.number().int(),
  unchanged: z.number().int(),
  renamed: z.number().int(),
  skipped: z.number().int(),
  /** Conflicts, and what cannot be imported; all of it where an import failed or was cancelled. */
  failed: z.number().int(),
});
export type ImportCounts = z.infer<typeof importCounts>;

/** Of a file in which nothing was looked at yet. */
export const NO_IMPORT_COUNTS: ImportCounts = {
  total: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  renamed: 0,
  skipped: 0,
  failed: 0,
};

/** A command that would run once a person lets it. */
export const importCommand = z.object({
  /** Name of the server as it will be. */
  server: z.string(),
  command: z.string(),
  args: z.array(z.string()),
  cwd: z.string().nullable(),
  /** Names of environment variables; `NAME=value` where it decides which code runs. */
  env: z.array(noSecret(z.string())),
  /** False: this computer has no such program. Null: it was not looked for. */
  found: z.boolean().nullable(),
  /** Placeholders such as `${HOME}` that have no value here. */
  unset: z.array(z.string()),
});
export type ImportCommand = z.infer<typeof importCommand>;

/** What an import would do: what the dry run prints, the wizard shows and the import does. */
export const importPlan = z.object({
  format: importFormat,
  /** What the file says of itself; null where it does not. */
  source: z.object({
    exportedAt: z.string().nullable(),
    exportedBy: z.string().nullable(),
    gateway: z.string().nullable(),
  }),
  /** SHA-256 of the file, hexadecimal. */
  fileDigest: z.string(),
  /** SHA-256 of this plan over what is configured now, hexadecimal. */
  digest: z.string(),
  /** Of {@link importOptions}. */
  instant: z.number().int(),
  strategy: conflictStrategy,
  counts: importCounts,
  /** In the order of the file. */
  rows: z.array(importRow),
  /** Of the file as a whole. */
  problems: z.array(importProblem),
  warnings: z.array(z.string()),
  /** What the file has and this gateway does not, each as a sentence. */
  losses: z.array(importProblem),
  secrets: z.object({
    /** Sealed in the file, and opened. */
    opened: z.number().int(),
    /** In the file in clear; they are sealed when they are stored. */
    plain: z.number().int(),
    /** That the file names without a value: what is stored stays, the others have to be given. */
    missing: z.number().int(),
  }),
  commands: z.array(importCommand),
  /** Whether there is nothing wrong with it, so that it can be applied. */
  applicable: z.boolean(),
});
export type ImportPlan = z.infer<typeof importPlan>;

export const importPhase = z.enum(["read", "plan", "backup", "write", "verify"]);
export type ImportPhase = z.infer<typeof importPhase>;

export const IMPORT_PHASE_WORDS: Record<ImportPhase, string> = {
  read: "Reading the file",
  plan: "Comparing it with what is configured",
  backup: "Keeping what is there now",
  write: "Writing",
  verify: "Checking what was written",
};

/** An import under way, or how one went. */
export const importJob = z.object({
  id: z.string(),
  state: z.enum(["running", "completed", "failed", "cancelled"]),
  phase: importPhase,
  strategy: conflictStrategy,
  /** Of the file. */
  name: z.string(),
  fileDigest: z.string(),
  counts: importCounts,
  /** How many of `counts.total` were looked at. */
  processed: z.number().int(),
  /** Until it writes. */
  cancellable: z.boolean(),
  /** Each as a sentence. */
  errors: z.array(z.string()),
  warnings: z.array(z.string()),
  /** Why it failed. */
  problem: problem.nullable(),
  /** ms since 1970. */
  startedAt: z.number().int(),
  completedAt: z.number().int().nullable(),
  /** The backup of what was there before; null where nothing was written, or it is gone. */
  backup: z.string().nullable(),
});
export type ImportJob = z.infer<typeof importJob>;

export const importReport = z.object({
  job: importJob,
  format: importFormat,
  /** As the plan had them: what was done. */
  rows: z.array(importRow),
  /** Servers that were added or changed and wait for a person to read their command. */
  unconfirmed: z.array(z.string()),
});
export type ImportReport = z.infer<typeof importReport>;

export const importCleanup = z.object({
  /** Only those that ended before, ms. */
  olderThanMs: z.number().int().min(0).default(86_400_000),
});
