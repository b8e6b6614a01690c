import { argumentPlace, type HttpMethod, promptArgument, toolBody } from "@local-mcp/contract";
import { sql } from "drizzle-orm";
import { blob, check, index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { z } from "zod";
import { json } from "../json.ts";
import { createdAt, flag, id, oneOf, secretRef, tags, updatedAt } from "./columns.ts";

// What the gateway itself defines: a REST API as a tool, a prompt template, a stored resource, a
// root. Credentials of REST tools are rows of vault_secrets.

const jsonSchema = z.record(z.string(), z.unknown());

/** A value that is always sent: in clear, or by the id of a row of `vault_secrets`. */
const fixedValue = z.union([z.object({ plain: z.string() }), secretRef]);

/** What of a request is not its method and URL. Every secret is a reference into the vault. */
export const storedToolRequest = z.object({
  query: z.record(z.string(), fixedValue),
  headers: z.record(z.string(), fixedValue),
  arguments: z.record(z.string(), argumentPlace),
  body: toolBody,
  auth: z.discriminatedUnion("type", [
    z.object({ type: z.literal("none") }),
    z.object({ type: z.literal("bearer"), token: secretRef }),
    z.object({ type: z.literal("basic"), username: z.string(), password: secretRef }),
  ]),
});
export type StoredToolRequest = z.infer<typeof storedToolRequest>;

const NO_MORE: StoredToolRequest = {
  query: {},
  headers: {},
  arguments: {},
  body: { type: "json", whole: null },
  auth: { type: "none" },
};

/** REST APIs offered as tools. */
export const tools = sqliteTable("tools", {
  id: id(),
  name: text("name").notNull().unique(),
  title: text("title"),
  description: text("description").notNull().default(""),
  method: text("method").$type<HttpMethod>().notNull(),
  /** With `{argument}` in its path; without user info and query. */
  url: text("url").notNull(),
  request: json("request", storedToolRequest).notNull().default(NO_MORE),
  inputSchema: json("input_schema", jsonSchema).notNull(),
  outputSchema: json("output_schema", jsonSchema),
  annotations: json("annotations", z.record(z.string(), z.json())).notNull().default({}),
  /** JMESPath; null: the whole answer. */
  responseFilter: text("response_filter"),
  /** ms; null: the setting. */
  timeoutMs: integer("timeout_ms"),
  /** Bytes; null: the setting. */
  maxResponseBytes: integer("max_response_bytes"),
  /** Whether it may reach this computer and its network. */
  allowPrivateNetwork: flag("allow_private_network").notNull().default(false),
  tags: tags(),
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
  arguments: json("arguments", z.array(promptArgument)).notNull().default([]),
  tags: tags(),
  enabled: flag("enabled").notNull().default(true),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

const contentKinds = ["text", "binary", "file"] as const;

/** Resources: text, bytes, or a file inside a root. */
export const resources = sqliteTable(
  "resources",
  {
    id: id(),
    /** A URI, or a URI template (RFC 6570). */
    uri: text("uri").notNull().unique(),
    name: text("name").notNull(),
    title: text("title"),
    description: text("description").notNull().default(""),
    mimeType: text("mime_type"),
    contentKind: text("content_kind", { enum: contentKinds }).notNull().default("text"),
    textContent: text("text_content"),
    binaryContent: blob("binary_content", { mode: "buffer" }),
    /** Of a file; null where the root is gone. */
    rootId: text("root_id").references(() => roots.id, { onDelete: "set null" }),
    /** Of a file, from its root. */
    path: text("path"),
    tags: tags(),
    enabled: flag("enabled").notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check("resources_content", sql.raw("text_content IS NULL OR binary_content IS NULL")),
    oneOf("resources", "content_kind", contentKinds),
    index("resources_root").on(table.rootId),
  ],
);

/** Folders and addresses that profiles offer to servers that ask for roots. */
export const roots = sqliteTable("roots", {
  id: id(),
  uri: text("uri").notNull().unique(),
  name: text("name"),
  tags: tags(),
  enabled: flag("enabled").notNull().default(true),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});
