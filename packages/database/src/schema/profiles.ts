import { type NamePolicy, namePolicy, tokenRight } from "@local-mcp/contract";
import {
  type AnySQLiteColumn,
  foreignKey,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  unique,
} from "drizzle-orm/sqlite-core";
import { z } from "zod";
import { json } from "../json.ts";
import { createdAt, flag, id, oneOf, slugShaped, tags, updatedAt } from "./columns.ts";
import { prompts, resources, roots, tools } from "./local.ts";
import { mcpServers } from "./servers.ts";

/** Named selections of servers and definitions, each served at its own URL. */
export const profiles = sqliteTable(
  "profiles",
  {
    id: id(),
    slug: text("slug").notNull().unique(),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    namePolicy: text("name_policy").$type<NamePolicy>().notNull().default("on_collision"),
    allowWithoutToken: flag("allow_without_token").notNull().default(false),
    position: integer("position").notNull().default(0),
    tags: tags(),
    /** Where its operator shows whether it works; never fetched. */
    healthUrl: text("health_url"),
    enabled: flag("enabled").notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  () => [slugShaped("profiles", "slug"), oneOf("profiles", "name_policy", namePolicy.options)],
);

const profileId = () =>
  text("profile_id")
    .notNull()
    .references(() => profiles.id, { onDelete: "cascade" });

/** Which servers a profile has, in which order. */
export const profileMcpServers = sqliteTable(
  "profile_mcp_servers",
  {
    profileId: profileId(),
    mcpServerId: text("mcp_server_id")
      .notNull()
      .references(() => mcpServers.id, { onDelete: "cascade" }),
    position: integer("position").notNull().default(0),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.profileId, table.mcpServerId] }),
    index("profile_mcp_servers_server").on(table.mcpServerId),
  ],
);

/** The two columns by which a row hangs off a server's place in a profile, and leaves with it. */
const membership = () => ({
  profileId: text("profile_id").notNull(),
  mcpServerId: text("mcp_server_id").notNull(),
});

const inProfile = (table: { profileId: AnySQLiteColumn; mcpServerId: AnySQLiteColumn }) =>
  foreignKey({
    columns: [table.profileId, table.mcpServerId],
    foreignColumns: [profileMcpServers.profileId, profileMcpServers.mcpServerId],
  }).onDelete("cascade");

/** A person's choices for one tool of a server in one profile. */
export const profileMcpServerTools = sqliteTable(
  "profile_mcp_server_tools",
  {
    ...membership(),
    toolName: text("tool_name").notNull(),
    isEnabled: flag("is_enabled").notNull().default(true),
    /** Null: as the server says. */
    customName: text("custom_name"),
    customDescription: text("custom_description"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.profileId, table.mcpServerId, table.toolName] }),
    inProfile(table),
    index("profile_mcp_server_tools_server").on(table.mcpServerId),
  ],
);

/** Prompts of a server that a profile turns off. */
export const profileMcpServerPrompts = sqliteTable(
  "profile_mcp_server_prompts",
  {
    ...membership(),
    promptName: text("prompt_name").notNull(),
    isEnabled: flag("is_enabled").notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.profileId, table.mcpServerId, table.promptName] }),
    inProfile(table),
    index("profile_mcp_server_prompts_server").on(table.mcpServerId),
  ],
);

/** Resources of a server that a profile turns off. */
export const profileMcpServerResources = sqliteTable(
  "profile_mcp_server_resources",
  {
    ...membership(),
    resourceUri: text("resource_uri").notNull(),
    isEnabled: flag("is_enabled").notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.profileId, table.mcpServerId, table.resourceUri] }),
    inProfile(table),
    index("profile_mcp_server_resources_server").on(table.mcpServerId),
  ],
);

const exposedKinds = ["tool", "prompt"] as const;
export type ExposedKind = (typeof exposedKinds)[number];

/** The name each tool and prompt got in a profile, kept so that start order never changes it. */
export const exposedNames = sqliteTable(
  "exposed_names",
  {
    ...membership(),
    kind: text("kind", { enum: exposedKinds }).notNull(),
    originalName: text("original_name").notNull(),
    exposedName: text("exposed_name").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({
      columns: [table.profileId, table.kind, table.mcpServerId, table.originalName],
    }),
    unique("exposed_names_exposed").on(table.profileId, table.kind, table.exposedName),
    inProfile(table),
    index("exposed_names_membership").on(table.profileId, table.mcpServerId),
    index("exposed_names_server").on(table.mcpServerId),
    oneOf("exposed_names", "kind", exposedKinds),
  ],
);

/** Tokens that clients present. Only their digest is kept. */
export const accessTokens = sqliteTable(
  "access_tokens",
  {
    id: id(),
    name: text("name").notNull(),
    /** SHA-256 of the token, hex. */
    tokenHash: text("token_hash").notNull().unique(),
    /** The last four characters of the token. */
    hint: text("hint").notNull(),
    /** Null: valid for every profile. */
    profileId: text("profile_id").references(() => profiles.id, { onDelete: "cascade" }),
    rights: json("rights", z.array(tokenRight)).notNull(),
    createdAt: createdAt(),
    /** ms since 1970; written behind, in batches. */
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [index("access_tokens_profile").on(table.profileId)],
);

/** Local tools of a profile. */
export const profileTools = sqliteTable(
  "profile_tools",
  {
    profileId: profileId(),
    toolId: text("tool_id")
      .notNull()
      .references(() => tools.id, { onDelete: "cascade" }),
    position: integer("position").notNull().default(0),
    /** What clients see it as, kept so that nothing added later changes it; null until then. */
    exposedName: text("exposed_name"),
  },
  (table) => [
    primaryKey({ columns: [table.profileId, table.toolId] }),
    index("profile_tools_tool").on(table.toolId),
  ],
);

/** Local prompts of a profile. */
export const profilePrompts = sqliteTable(
  "profile_prompts",
  {
    profileId: profileId(),
    promptId: text("prompt_id")
      .notNull()
      .references(() => prompts.id, { onDelete: "cascade" }),
    position: integer("position").notNull().default(0),
    /** What clients see it as, kept so that nothing added later changes it; null until then. */
    exposedName: text("exposed_name"),
  },
  (table) => [
    primaryKey({ columns: [table.profileId, table.promptId] }),
    index("profile_prompts_prompt").on(table.promptId),
  ],
);

/** Local resources of a profile. */
export const profileResources = sqliteTable(
  "profile_resources",
  {
    profileId: profileId(),
    resourceId: text("resource_id")
      .notNull()
      .references(() => resources.id, { onDelete: "cascade" }),
    position: integer("position").notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.profileId, table.resourceId] }),
    index("profile_resources_resource").on(table.resourceId),
  ],
);

/** Roots of a profile. */
export const profileRoots = sqliteTable(
  "profile_roots",
  {
    profileId: profileId(),
    rootId: text("root_id")
      .notNull()
      .references(() => roots.id, { onDelete: "cascade" }),
    position: integer("position").notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.profileId, table.rootId] }),
    index("profile_roots_root").on(table.rootId),
  ],
);
