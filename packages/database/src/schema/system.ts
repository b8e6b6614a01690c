import { type SlotProvider, slotProvider } from "@local-mcp/contract";
import { index, integer, sqliteTable, text, unique } from "drizzle-orm/sqlite-core";
import { z } from "zod";
import { json } from "../json.ts";
import { createdAt, flag, id, oneOf, updatedAt } from "./columns.ts";

/** What a person set, and the gateway's own choices such as the active profile. */
export const settings = sqliteTable("settings", {
  key: text("key").primaryKey(),
  value: json("value", z.union([z.string(), z.number(), z.boolean()])).notNull(),
  updatedAt: updatedAt(),
});

/** The one data key, wrapped once per provider that can open the vault. */
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
    createdAt: createdAt(),
  },
  () => [oneOf("vault_keys", "provider", slotProvider.options)],
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

const jobStates = ["running", "completed", "partly_done", "failed"] as const;

/** Imports of configuration and what became of them. */
export const importJobs = sqliteTable(
  "import_jobs",
  {
    id: id(),
    status: text("status", { enum: jobStates }).notNull(),
    conflictStrategy: text("conflict_strategy").notNull(),
    dryRun: flag("dry_run").notNull().default(false),
    /** Entities by outcome, for example created or skipped. */
    counts: json("counts", z.record(z.string(), z.number().int())).notNull().default({}),
    warnings: json("warnings", z.array(z.string())).notNull().default([]),
    errors: json("errors", z.array(z.string())).notNull().default([]),
    createdAt: createdAt(),
    /** ms since 1970; null while it runs. */
    completedAt: integer("completed_at"),
  },
  (table) => [
    index("import_jobs_created").on(table.createdAt),
    oneOf("import_jobs", "status", jobStates),
  ],
);

const actors = ["person", "token", "gateway"] as const;

/** Who changed what. */
export const auditLog = sqliteTable(
  "audit_log",
  {
    id: id(),
    createdAt: createdAt(),
    actor: text("actor", { enum: actors }).notNull(),
    /** Name of the token, or the face a person used. */
    actorName: text("actor_name").notNull(),
    action: text("action").notNull(),
    subjectKind: text("subject_kind").notNull(),
    subjectId: text("subject_id"),
    /** Names of what changed, never values of secrets. */
    detail: json("detail", z.record(z.string(), z.json())).notNull().default({}),
  },
  (table) => [index("audit_log_created").on(table.createdAt), oneOf("audit_log", "actor", actors)],
);
