import { sql } from "drizzle-orm";
import { blob, check, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { z } from "zod";
import { json } from "../json.ts";
import { createdAt, flag, id, updatedAt } from "./columns.ts";

// What the gateway itself defines: a REST API as a tool, a prompt template, a stored resource, a
// root. Credentials of REST tools are rows of vault_secrets.

const jsonSchema = z.record(z.string(), z.unknown());
const tags = () => json("tags", z.array(z.string())).notNull().default([]);

/** REST APIs offered as tools. */
export const tools = sqliteTable("tools", {
  id: id(),
  name: text("name").notNull().unique(),
  title: text("title"),
  description: text("description").notNull().default(""),
  method: text("method").notNull(),
  /** May hold `{parameter}` of a path and `${secret:name}` marks. */
  url: text("url").notNull(),
  /** Values may hold `${secret:name}` marks. */
  headers: json("headers", z.record(z.string(), z.string())).notNull().default({}),
  inputSchema: json("input_schema", jsonSchema).notNull(),
  outputSchema: json("output_schema", jsonSchema),
  annotations: json("annotations", z.record(z.string(), z.unknown())).notNull().default({}),
  tags: tags(),
  /** ms; null: the setting. */
  timeoutMs: integer("timeout_ms"),
  enabled: flag("enabled").notNull().default(true),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

/** Prompt templates. */
export const prompts = sqliteTable("prompts", {
  id: id(),
  name: text("name").notNull().unique(),
  title: text("title"),
  description: text("description").notNull().default(""),
  template: text("template").notNull(),
  arguments: json(
    "arguments",
    z.array(
      z.object({
        name: z.string(),
        description: z.string().optional(),
        required: z.boolean().optional(),
      }),
    ),
  )
    .notNull()
    .default([]),
  tags: tags(),
  enabled: flag("enabled").notNull().default(true),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

/** Stored resources: text or bytes, never both. */
export const resources = sqliteTable(
  "resources",
  {
    id: id(),
    uri: text("uri").notNull().unique(),
    name: text("name").notNull(),
    title: text("title"),
    description: text("description").notNull().default(""),
    mimeType: text("mime_type"),
    textContent: text("text_content"),
    binaryContent: blob("binary_content", { mode: "buffer" }),
    tags: tags(),
    enabled: flag("enabled").notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  () => [check("resources_content", sql.raw("text_content IS NULL OR binary_content IS NULL"))],
);

/** Folders and addresses that profiles offer to servers that ask for roots. */
export const roots = sqliteTable("roots", {
  id: id(),
  uri: text("uri").notNull().unique(),
  name: text("name"),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});
