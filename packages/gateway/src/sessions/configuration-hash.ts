import { createHash } from "node:crypto";
import {
  type Db,
  mcpServers,
  profileMcpServerPrompts,
  profileMcpServerResources,
  profileMcpServers,
  profileMcpServerTools,
  profilePrompts,
  profileResources,
  profileRoots,
  profiles,
  profileTools,
  prompts,
  resources,
  roots,
  tools,
} from "@local-mcp/database";

/**
 * The tables that decide what a client is offered under which name, and where its calls go. Not among
 * them: settings, which are of one computer; what was learned of servers, accepted of it, and the names that were
 * given to it; access tokens, which are revoked for all at once, and sign-ins; secrets, which are the
 * same where their references are.
 */
export const HASHED_TABLES = {
  profiles,
  profileMcpServers,
  profileMcpServerTools,
  profileMcpServerPrompts,
  profileMcpServerResources,
  profileTools,
  profilePrompts,
  profileResources,
  profileRoots,
  mcpServers,
  tools,
  prompts,
  resources,
  roots,
};

/** Of one time or computer; `exposedName` was given, and not configured. */
const NOT_HASHED = ["createdAt", "updatedAt", "confirmedHash", "exposedName"];

/**
 * What gateways that share sessions have to have in common: SHA-256, hexadecimal, over the rows of
 * {@link HASHED_TABLES}. The same on every computer that restored the same backup.
 */
export function configurationHash(db: Db): string {
  const hash = createHash("sha256");
  for (const [name, table] of Object.entries(HASHED_TABLES)) {
    const rows = db.select().from(table).all();
    hash.update(JSON.stringify([name, rows.map(textOf).toSorted()]));
  }
  return hash.digest("hex");
}

const textOf = (row: object): string =>
  JSON.stringify(row, (key, value: unknown) => {
    if (NOT_HASHED.includes(key)) return undefined;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    // Members of JSON columns have no order of their own.
    return Object.fromEntries(Object.entries(value).toSorted(byName));
  });

const byName = ([one]: [string, unknown], [other]: [string, unknown]): number =>
  one < other ? -1 : 1;
