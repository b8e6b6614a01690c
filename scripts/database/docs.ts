/** `node scripts/database/docs.ts [--check]`: docs/database/schema.md from the tables themselves. */
import * as database from "@local-mcp/database";
import { getTableColumns, is } from "drizzle-orm";
import {
  type AnySQLiteColumn,
  getTableConfig,
  SQLiteColumn,
  SQLiteSyncDialect,
  SQLiteTable,
} from "drizzle-orm/sqlite-core";
import { writeOrCheck } from "../docs/write-or-check.ts";

const MAIN = "local-mcp-gateway.db";
const TRAFFIC = "traffic.db";
type File = typeof MAIN | typeof TRAFFIC;

/** What each table is for, in the order of the page. */
const PURPOSES: Record<File, Record<string, string>> = {
  [MAIN]: {
    profiles: "Named selections of servers and definitions, each served at its own URL.",
    mcp_servers: "Upstream MCP servers.",
    profile_mcp_servers: "Which servers a profile has, in which order.",
    profile_mcp_server_tools: "A person's choices for one tool of a server in one profile.",
    profile_mcp_server_prompts: "Prompts of a server that a profile turns off.",
    profile_mcp_server_resources: "Resources of a server that a profile turns off.",
    exposed_names:
      "The name each tool and prompt got in a profile, kept so that start order never changes it.",
    mcp_server_catalogs:
      "The last good lists of each server, so that a server that is down keeps its tools listed.",
    accepted_tools:
      "The tools of each server as a person accepted them, so that none changes unnoticed; also those it does not list any more.",
    mcp_server_eras:
      "Which era of MCP each server turned out to speak, so that it need not be asked again.",
    oauth_tokens: "Tokens of sign-ins at upstream servers, one row per authorization server.",
    oauth_client_registrations: "Clients registered at authorization servers.",
    access_tokens: "Tokens that clients present to the gateway; only their digest is kept.",
    vault_keys: "The vault's one data key, wrapped once per key that opens it.",
    vault_data_keys: "The data keys, the present one and those that are being replaced.",
    vault_secrets: "Secrets that other rows refer to by id.",
    tools: "REST APIs offered as tools.",
    prompts: "Prompt templates.",
    resources: "Stored resources.",
    roots: "Folders and addresses offered to servers that ask for roots.",
    profile_tools: "Local tools of a profile.",
    profile_prompts: "Local prompts of a profile.",
    profile_resources: "Local resources of a profile.",
    profile_roots: "Roots of a profile.",
    mcp_sessions: "State that upstream sign-ins under way and legacy clients need across requests.",
    resource_subscriptions: "Resources whose changes a legacy client asked to hear of.",
    tool_metrics_hourly: "Calls of a tool, by the hour.",
    prompt_metrics_hourly: "Uses of a prompt, by the hour.",
    resource_metrics_hourly: "Reads of a resource, by the hour.",
    server_metrics_hourly: "Requests to a server, by the hour.",
    revoked_access: "Access that was taken back, so that no backup from before gives it again.",
    settings: "What a person set, and the gateway's own choices such as the active profile.",
    log_levels: "How much is recorded of a profile or a server.",
    export_keys: "Salts of export files, so that the same secret seals the same way again.",
    import_jobs: "Imports of configuration and what became of them.",
    audit_log: "Who did what, and when.",
  },
  [TRAFFIC]: {
    debug_logs: "Recorded MCP exchanges, redacted.",
    debug_log_facts: "What debug logs are filtered by.",
    debug_log_terms: "Names that many debug logs have.",
    debug_log_removals: "What is still to be done so that nothing is left of cleared debug logs.",
    debug_log_dismissals: "Findings in debug logs that a person has dismissed.",
    tool_metrics: "Single calls of tools.",
    resource_metrics: "Single reads of resources.",
    prompt_metrics: "Single uses of prompts.",
    server_metrics: "Single requests to servers.",
    mcp_messages:
      "Messages that went to clients in sessions, where the database was chosen for those.",
  },
};

/** Tables by the names that other documents know them by. */
const KNOWN_AS: [name: string, ours: string, file: File, note: string][] = [
  ["profiles", "profiles", MAIN, ""],
  ["mcp_servers", "mcp_servers", MAIN, ""],
  ["profile_mcp_servers", "profile_mcp_servers", MAIN, ""],
  ["oauth_tokens", "oauth_tokens", MAIN, ""],
  ["oauth_client_registrations", "oauth_client_registrations", MAIN, ""],
  ["debug_logs", "debug_logs", TRAFFIC, ""],
  ["tools", "tools", MAIN, "those of upstream servers are in `mcp_server_catalogs`"],
  ["tool_metrics", "tool_metrics", TRAFFIC, "by the hour: `tool_metrics_hourly`"],
  ["resources", "resources", MAIN, "those of upstream servers are in `mcp_server_catalogs`"],
  ["resource_metrics", "resource_metrics", TRAFFIC, "by the hour: `resource_metrics_hourly`"],
  ["resource_subscriptions", "resource_subscriptions", MAIN, ""],
  ["prompts", "prompts", MAIN, "those of upstream servers are in `mcp_server_catalogs`"],
  ["prompt_metrics", "prompt_metrics", TRAFFIC, "by the hour: `prompt_metrics_hourly`"],
  ["servers", "profiles", MAIN, "a virtual server is a profile here"],
  ["server_metrics", "server_metrics", TRAFFIC, "by the hour: `server_metrics_hourly`"],
  ["gateways", "mcp_servers", MAIN, "an external server"],
  ["mcp_sessions", "mcp_sessions", MAIN, ""],
  ["mcp_messages", "mcp_messages", TRAFFIC, ""],
  ["server_tool_association", "profile_tools", MAIN, "upstream tools: `profile_mcp_server_tools`"],
  [
    "server_resource_association",
    "profile_resources",
    MAIN,
    "upstream resources: `profile_mcp_server_resources`",
  ],
  [
    "server_prompt_association",
    "profile_prompts",
    MAIN,
    "upstream prompts: `profile_mcp_server_prompts`",
  ],
];

const dialect = new SQLiteSyncDialect();
const code = (text: string): string => `\`${text}\``;

/** Every table by its SQL name, and what each of its columns may hold, by SQL name too. */
const tables = new Map(
  Object.entries(database).flatMap(([property, table]) => {
    if (!is(table, SQLiteTable)) return [];
    const words = Object.entries(database.columnClasses).find(([name]) => name === property)?.[1];
    const holds = new Map(
      Object.entries(getTableColumns(table)).map(([name, column]): [string, string] => [
        column.name,
        new Map(Object.entries(words ?? {})).get(name) ?? "",
      ]),
    );
    return [[getTableConfig(table).name, { table, holds }] as const];
  }),
);

const defaultOf = (column: AnySQLiteColumn): string => {
  if (column.default !== undefined) return code(JSON.stringify(column.default));
  return column.defaultFn ? "given when written" : "";
};

const names = (columns: readonly unknown[]): string =>
  columns
    .map((column) => (is(column, SQLiteColumn) ? code(column.name) : "an expression"))
    .join(", ");

const keysOf = (table: SQLiteTable): string[] => {
  const { columns, primaryKeys, uniqueConstraints, indexes, foreignKeys, checks } =
    getTableConfig(table);
  const single = columns.filter(({ primary }) => primary);
  return [
    ...[single, ...primaryKeys.map((key) => key.columns)]
      .filter((key) => key.length > 0)
      .map((key) => `Primary key: ${names(key)}`),
    ...columns.filter(({ isUnique }) => isUnique).map((column) => `Unique: ${names([column])}`),
    ...uniqueConstraints.map((unique) => `Unique: ${names(unique.columns)}`),
    ...indexes.map(({ config }) => `Index: ${names(config.columns)}`),
    ...foreignKeys.map((key) => {
      const { columns: from, foreignTable, foreignColumns } = key.reference();
      const target = `${code(getTableConfig(foreignTable).name)} (${names(foreignColumns)})`;
      return `${names(from)} → ${target}, on delete ${key.onDelete ?? "no action"}`;
    }),
    ...checks.map(({ value }) => `Check: ${code(dialect.sqlToQuery(value).sql)}`),
  ];
};

const section = (name: string, purpose: string): string => {
  const found = tables.get(name);
  if (!found) throw new Error(`There is no table ${name}.`);
  const { table, holds } = found;
  tables.delete(name);
  const rows = getTableConfig(table).columns.map((column) => {
    const cells = [
      code(column.name),
      column.getSQLType(),
      column.notNull ? "" : "yes",
      defaultOf(column),
      (holds.get(column.name) ?? "").replace("_", " "),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return `### ${name}

${purpose}

| column | type | null | default | holds |
|---|---|---|---|---|
${rows.join("\n")}

${keysOf(table)
  .map((line) => `- ${line}`)
  .join("\n")}
`;
};

const sections = ([file, purposes]: [string, Record<string, string>]): string =>
  `## ${file}\n\n${Object.entries(purposes)
    .map(([name, purpose]) => section(name, purpose))
    .join("\n")}`;

const known = KNOWN_AS.map(
  ([name, ours, file, note]) => `| ${code(name)} | ${code(ours)} | ${file} | ${note} |`,
);
const holds = Object.entries(database.columnClass).map(
  ([word, meaning]) => `| ${word.replace("_", " ")} | ${meaning} |`,
);
const files = Object.entries(PURPOSES).map(sections);
if (tables.size > 0) throw new Error(`Say what for: ${[...tables.keys()].join(", ")}.`);

writeOrCheck(
  "docs/database/schema.md",
  `# Schema

Written from \`packages/database/src/schema\` by \`npm run docs\`.

Two SQLite files lie in the data directory. \`${MAIN}\` holds the configuration, the vault, sessions and hourly sums; \`${TRAFFIC}\` holds logs and single measurements, so that traffic never bloats a backup and a damaged log never harms the configuration. Ids in \`${TRAFFIC}\` that name rows of the other file are no foreign keys: those rows may be gone.

Times are whole milliseconds since 1970, durations whole milliseconds. Ids are random UUIDs, in \`${TRAFFIC}\` numbers in order of arrival. Booleans are 0 and 1. Each JSON column has one schema, checked when a row is written and when it is read.

What a column may hold is one of:

| holds | |
|---|---|
${holds.join("\n")}

## Tables by other names

| elsewhere | here | file | |
|---|---|---|---|
${known.join("\n")}

${files.join("\n")}`,
);
