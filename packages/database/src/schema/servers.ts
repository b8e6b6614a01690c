import {
  serverConnections,
  type ServerConnections,
  serverLimits,
  signInKind,
  type Transport,
  transport,
} from "@local-mcp/contract";
import { sql } from "drizzle-orm";
import {
  check,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  unique,
} from "drizzle-orm/sqlite-core";
import { z } from "zod";
import { json } from "../json.ts";
import { createdAt, flag, id, oneOf, secretRef, slugShaped, tags, updatedAt } from "./columns.ts";

/** The values of `${secret:name}` marks: ids of `vault_secrets` by name. */
const marks = z.record(z.string(), z.string());

/** How a remote server is signed in to, where that differs from what it says of itself. */
const storedSignIn = z.object({
  kind: signInKind.optional(),
  clientId: z.string().optional(),
  clientSecret: secretRef.optional(),
  privateKey: secretRef.optional(),
  clientMetadataUrl: z.string().optional(),
  issuer: z.string().optional(),
  scopes: z.array(z.string()).optional(),
  /** With `${secret:name}` marks. */
  parameters: z.record(z.string(), z.string()).optional(),
  redirectPort: z.number().int().optional(),
});
export type StoredSignIn = z.infer<typeof storedSignIn>;

/**
 * How a server is reached, as it is stored: every secret is a reference into the vault, and texts
 * hold `${secret:name}` marks where a secret belongs.
 */
export const storedServerConfig = z.discriminatedUnion("transport", [
  z.object({
    transport: z.literal("stdio"),
    command: z.string().min(1),
    args: z.array(z.string()),
    cwd: z.string().nullable(),
    env: z.record(z.string(), z.union([z.object({ plain: z.string() }), secretRef])),
    secrets: marks,
  }),
  z.object({
    transport: z.enum(["http", "sse"]),
    url: z.string().min(1),
    headers: z.record(z.string(), z.union([z.object({ template: z.string() }), secretRef])),
    secrets: marks,
    signIn: storedSignIn.optional(),
  }),
]);
export type StoredServerConfig = z.infer<typeof storedServerConfig>;

/** Upstream MCP servers. */
export const mcpServers = sqliteTable(
  "mcp_servers",
  {
    id: id(),
    name: text("name").notNull().unique(),
    title: text("title").notNull(),
    description: text("description").notNull().default(""),
    transport: text("transport").$type<Transport>().notNull(),
    config: json("config", storedServerConfig).notNull(),
    limits: json("limits", serverLimits).notNull().default({}),
    connections: text("connections").$type<ServerConnections>().notNull(),
    tags: tags(),
    /** Where its operator shows whether it works; never fetched. */
    healthUrl: text("health_url"),
    /** Whether tools that changed or are new are kept from clients until they are accepted. */
    holdChangedTools: flag("hold_changed_tools").notNull().default(false),
    enabled: flag("enabled").notNull().default(true),
    /** SHA-256, hex, of the command line a person consented to run; null without consent. */
    confirmedHash: text("confirmed_hash"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  () => [
    slugShaped("mcp_servers", "name"),
    oneOf("mcp_servers", "transport", transport.options),
    oneOf("mcp_servers", "connections", serverConnections.options),
    check("mcp_servers_config", sql.raw("config ->> '$.transport' = transport")),
  ],
);

const serverId = () =>
  text("server_id")
    .notNull()
    .references(() => mcpServers.id, { onDelete: "cascade" });

/** Tokens of sign-ins at upstream servers, one per authorization server. Sealed by the vault. */
export const oauthTokens = sqliteTable(
  "oauth_tokens",
  {
    id: id(),
    serverId: serverId(),
    issuer: text("issuer").notNull(),
    /** The URI of what they are for (RFC 8707); they are sent to no other origin. */
    audience: text("audience"),
    /** The client that they were given to. */
    clientId: text("client_id"),
    /** Who signed in, where the authorization server said so. */
    account: text("account"),
    accessToken: text("access_token").notNull(),
    refreshToken: text("refresh_token"),
    tokenType: text("token_type").notNull().default("Bearer"),
    scope: text("scope"),
    /** ms since 1970; null when the server did not say. */
    expiresAt: integer("expires_at"),
    /** Scopes that the server has asked for since, separated by spaces. */
    wantedScope: text("wanted_scope"),
    /** Why they are of no use any more, as a sentence; null while they are. */
    refusal: text("refusal"),
    /** When that was, ms since 1970. */
    refusedAt: integer("refused_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique("oauth_tokens_server_issuer").on(table.serverId, table.issuer),
    index("oauth_tokens_server").on(table.serverId),
  ],
);

/** Clients registered at authorization servers (RFC 7591). Secrets sealed by the vault. */
export const oauthClientRegistrations = sqliteTable(
  "oauth_client_registrations",
  {
    id: id(),
    serverId: serverId(),
    issuer: text("issuer").notNull(),
    clientId: text("client_id").notNull(),
    clientSecret: text("client_secret"),
    /** ms since 1970; null when it does not expire. */
    clientSecretExpiresAt: integer("client_secret_expires_at"),
    tokenEndpointAuthMethod: text("token_endpoint_auth_method"),
    registrationAccessToken: text("registration_access_token"),
    registrationClientUri: text("registration_client_uri"),
    /** Where the authorization server sends a browser back to. */
    redirectUri: text("redirect_uri"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique("oauth_client_registrations_server_issuer").on(table.serverId, table.issuer),
    index("oauth_client_registrations_server").on(table.serverId),
  ],
);

/** A tool, prompt, resource or template exactly as its server sent it. */
const definition = z.record(z.string(), z.unknown());
const definitions = z.array(definition);

/** What a server said of itself; whatever else the engine keeps with it stays. */
const implementation = z.looseObject({
  name: z.string(),
  version: z.string(),
  protocolVersion: z.string(),
});

/** The last good lists of each server, so that a server that is down keeps its tools listed. */
export const mcpServerCatalogs = sqliteTable("mcp_server_catalogs", {
  mcpServerId: text("mcp_server_id")
    .primaryKey()
    .references(() => mcpServers.id, { onDelete: "cascade" }),
  tools: json("tools", definitions).notNull(),
  prompts: json("prompts", definitions).notNull(),
  resources: json("resources", definitions).notNull(),
  resourceTemplates: json("resource_templates", definitions).notNull(),
  implementation: json("implementation", implementation),
  /** ms since 1970. */
  listedAt: integer("listed_at").notNull(),
  /** Hash of the configuration these lists were fetched with. */
  configHash: text("config_hash").notNull(),
});

/**
 * The tools of each server as a person accepted them, so that none changes unnoticed. One that the
 * server does not list any more stays, so that it cannot come back as something else.
 */
export const acceptedTools = sqliteTable(
  "accepted_tools",
  {
    mcpServerId: text("mcp_server_id")
      .notNull()
      .references(() => mcpServers.id, { onDelete: "cascade" }),
    toolName: text("tool_name").notNull(),
    definition: json("definition", definition).notNull(),
    /** ms since 1970. */
    acceptedAt: integer("accepted_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.mcpServerId, table.toolName] })],
);

const eras = ["legacy", "modern"] as const;

/** Which era of MCP each server turned out to speak, so that it need not be asked again. */
export const mcpServerEras = sqliteTable(
  "mcp_server_eras",
  {
    mcpServerId: text("mcp_server_id")
      .primaryKey()
      .references(() => mcpServers.id, { onDelete: "cascade" }),
    era: text("era", { enum: eras }).notNull(),
    /** The modern version that both speak; null for a legacy server. */
    protocolVersion: text("protocol_version"),
    /** Hash of the configuration it was found with. */
    configHash: text("config_hash").notNull(),
    /** ms since 1970. */
    decidedAt: integer("decided_at").notNull(),
    /** False where the answer could have been a passing fault. */
    isCertain: flag("is_certain").notNull(),
  },
  () => [oneOf("mcp_server_eras", "era", eras)],
);
