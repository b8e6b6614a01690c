import {
  type AuditAction,
  type AuditActorKind,
  auditActorKind,
  auditDetail,
  type AuditOutcome,
  auditOutcome,
  type AuditSubject,
  type ConflictStrategy,
  conflictStrategy,
  importCounts,
  problem,
  type SlotProvider,
  slotProvider,
} from "@local-mcp/contract";
import { index, integer, primaryKey, sqliteTable, text, unique } from "drizzle-orm/sqlite-core";
import { z } from "zod";
import { json } from "../json.ts";
import { createdAt, id, oneOf, updatedAt } from "./columns.ts";

const REVOKED_KINDS = ["access_token", "sign_in"] as const;
export type RevokedKind = (typeof REVOKED_KINDS)[number];

/** What a person set, and the gateway's own choices such as the active profile. */
export const settings = sqliteTable("settings", {
  key: text("key").primaryKey(),
  value: json("value", z.union([z.string(), z.number(), z.boolean()])).notNull(),
  updatedAt: updatedAt(),
});

/** As the vault writes it; see its SlotRecipient. */
const slotRecipient = z.object({ publicKey: z.string(), sealedKey: z.string(), mark: z.string() });

/** The slots of the vault: the one data key, wrapped once per provider that can open it. */
export const vaultKeys = sqliteTable(
  "vault_keys",
  {
    id: id(),
    keyId: text("key_id").notNull(),
    provider: text("provider").$type<SlotProvider>().notNull(),
    label: text("label").notNull(),
    wrapped: text("wrapped").notNull(),
    /** What the provider needs to unwrap, for example a salt and a cost. */
    params: json("params", z.record(z.string(), z.json())).notNull(),
    /** Null in a slot of the first format, whose `wrapped` is the data key itself. */
    recipient: json("recipient", slotRecipient),
    createdAt: createdAt(),
  },
  () => [oneOf("vault_keys", "provider", slotProvider.options)],
);

/** What can be known of data keys without having them. */
export const vaultDataKeys = sqliteTable("vault_data_keys", {
  id: id(),
  /** Key check value, hexadecimal. */
  check: text("key_check").notNull(),
  /** Null for the one that the slots hold; another is being replaced, and sealed with that one. */
  sealed: text("sealed"),
  createdAt: createdAt(),
});

/**
 * Access that was taken back. A backup from before holds it still; restoring one does not give it
 * again.
 */
export const revokedAccess = sqliteTable(
  "revoked_access",
  {
    /** Of the access token, or of the server that was signed out of. */
    subjectId: text("subject_id").notNull(),
    kind: text("kind").$type<RevokedKind>().notNull(),
    /** ms since 1970; a sign-in that is newer was made after it. */
    revokedAt: integer("revoked_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.subjectId] }),
    oneOf("revoked_access", "kind", REVOKED_KINDS),
  ],
);

/** Secrets that rows of other tables refer to by id. */
export const vaultSecrets = sqliteTable(
  "vault_secrets",
  {
    id: id(),
    /** Table and id of the row the secret belongs to, which deletes it with itself. */
    ownerTable: text("owner_table").notNull(),
    ownerId: text("owner_id").notNull(),
    name: text("name").notNull(),
    sealed: text("sealed").notNull(),
    hint: text("hint"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [unique("vault_secrets_owner_name").on(table.ownerTable, table.ownerId, table.name)],
);

/** What secrets in export files were sealed with: the same secret seals with the same key again. */
export const exportKeys = sqliteTable("export_keys", {
  id: id(),
  /** Base64; in the files too. */
  salt: text("salt").notNull(),
  /** Cost of the derivation. */
  params: json("params", z.object({ N: z.number(), r: z.number(), p: z.number() })).notNull(),
  /** What the derived key gives and the secret is known by. */
  check: text("key_check").notNull(),
  createdAt: createdAt(),
  /** ms since 1970. */
  usedAt: integer("used_at").notNull(),
});

const jobStates = ["running", "completed", "failed", "cancelled"] as const;

/** Imports of configuration and what became of them. A dry run leaves none. */
export const importJobs = sqliteTable(
  "import_jobs",
  {
    id: id(),
    status: text("status", { enum: jobStates }).notNull(),
    conflictStrategy: text("conflict_strategy").$type<ConflictStrategy>().notNull(),
    /** Of the file, as the person calls it. */
    name: text("name").notNull(),
    /** SHA-256 of the file, hex. */
    fileDigest: text("file_digest").notNull(),
    counts: json("counts", importCounts).notNull(),
    warnings: json("warnings", z.array(z.string())).notNull().default([]),
    errors: json("errors", z.array(z.string())).notNull().default([]),
    /** Why it failed. */
    problem: json("problem", problem),
    /** Id of the backup of what was there before. */
    backup: text("backup"),
    createdAt: createdAt(),
    /** ms since 1970; null while it runs. */
    completedAt: integer("completed_at"),
  },
  (table) => [
    index("import_jobs_created").on(table.createdAt),
    oneOf("import_jobs", "status", jobStates),
    oneOf("import_jobs", "conflict_strategy", conflictStrategy.options),
  ],
);

/** Who did what, newest last: what `packages/gateway/src/audit` writes and nothing changes. */
export const auditLog = sqliteTable(
  "audit_log",
  {
    /** In the order of writing, and never given twice. */
    id: integer("id").primaryKey({ autoIncrement: true }),
    createdAt: createdAt(),
    actor: text("actor").$type<AuditActorKind>().notNull(),
    /** Name of the token, or the face a person used. */
    actorName: text("actor_name").notNull(),
    action: text("action").$type<AuditAction>().notNull(),
    outcome: text("outcome").$type<AuditOutcome>().notNull(),
    subjectKind: text("subject_kind").$type<AuditSubject["kind"]>(),
    subjectId: text("subject_id"),
    /** As it was called then. */
    subjectName: text("subject_name"),
    /** Names of what changed, never values of secrets. */
    detail: json("detail", auditDetail).notNull().default({}),
  },
  (table) => [
    index("audit_log_created").on(table.createdAt, table.id),
    index("audit_log_actor").on(table.actorName, table.createdAt, table.id),
    index("audit_log_subject_name").on(table.subjectName, table.createdAt, table.id),
    index("audit_log_subject_id").on(table.subjectId, table.createdAt, table.id),
    oneOf("audit_log", "actor", auditActorKind.options),
    oneOf("audit_log", "outcome", auditOutcome.options),
  ],
);
