import { join } from "node:path";
import type { Gateway } from "@local-mcp/gateway";
import type { BegunEntry, EntryBody } from "../../../packages/gateway/src/logs/entries.ts";
import { LogStore } from "../../../packages/gateway/src/logs/writer/log-store.ts";

/** Rows that are stored at once. */
const BATCH = 5000;
const BODY_BYTES = 65_536;
/** So many of the newest have messages; nobody looks at those of others. */
const WITH_MESSAGES = 400;

/** Today at a time of day that is the same on every picture. */
export const noon = (): number => new Date().setHours(14, 2, 31, 84);

interface Call {
  client: string;
  version: string;
  server: string | null;
  method: string;
  name: string | null;
  ms: number;
  arguments?: object;
  text?: string;
  error?: { code: string; message: string };
}

/** What three clients do, again and again. */
const CALLS: readonly Call[] = [
  {
    client: "Cursor",
    version: "3.1.0",
    server: "github",
    method: "tools/call",
    name: "list_issues",
    ms: 184,
    arguments: { repo: "acme/shop", state: "open", labels: ["bug"] },
    text: "#412 The basket is empty after a reload\n#409 Prices lose their currency",
  },
  {
    client: "Claude Code",
    version: "2.4.1",
    server: "files",
    method: "tools/call",
    name: "read_file",
    ms: 9,
    arguments: { path: "src/basket.ts" },
    text: "export class Basket {\n  readonly #items = new Map();\n}",
  },
  {
    client: "Claude Code",
    version: "2.4.1",
    server: null,
    method: "tools/list",
    name: null,
    ms: 1,
  },
  {
    client: "Claude Code",
    version: "2.4.1",
    server: "postgres",
    method: "tools/call",
    name: "query",
    ms: 42,
    arguments: { sql: "select id, price from items where basket = $1", values: [4711] },
    text: '[{"id":1,"price":"19.90"},{"id":2,"price":"4.50"}]',
  },
  {
    client: "Cursor",
    version: "3.1.0",
    server: "github",
    method: "tools/call",
    name: "create_issue",
    ms: 812,
    arguments: {
      repo: "acme/shop",
      title: "The basket is empty after a reload",
      labels: ["regression"],
      token: "[removed: key]",
    },
    error: { code: "tool_error", message: "label not found" },
  },
  {
    client: "Zed",
    version: "0.210",
    server: "linear",
    method: "tools/call",
    name: "create_comment",
    ms: 310,
    arguments: { issue: "SHOP-412", body: "Seen again with the build of this morning." },
    text: "Comment added.",
  },
  {
    client: "Zed",
    version: "0.210",
    server: "notion",
    method: "resources/read",
    name: "notion://page/release-plan",
    ms: 96,
    text: "Release plan: 14 items, 3 open.",
  },
];

/** A log with so many rows in the data directory of a gateway that is closed afterwards. */
export async function seedLogs(api: Gateway["api"], home: string, rows: number): Promise<void> {
  const profile = (await api.profiles.list()).find(({ slug }) => slug === "dev");
  const servers = new Map((await api.servers.list()).map(({ id, name }) => [name, id]));
  await api.settings.update({ logKeepRows: 100_000_000, logKeepDays: 3650 });
  const dataDir = join(home, "data");
  const store = new LogStore({
    traffic: join(dataDir, "traffic.db"),
    database: join(dataDir, "local-mcp-gateway.db"),
  });
  const end = noon();
  let exchange = 0;
  for (let stored = 0; stored < rows;) {
    const begun: BegunEntry[] = [];
    while (begun.length < BATCH && stored + begun.length < rows) {
      const call = CALLS[exchange % CALLS.length];
      if (call === undefined) throw new Error("There are no calls.");
      exchange += 1;
      const key = stored + begun.length + 1;
      const left = rows - key;
      // Never the same step twice.
      const at = end - left * 412 - ((key * 7919) % 397);
      const ids = {
        profileId: profile?.id ?? null,
        serverId: call.server === null ? null : (servers.get(call.server) ?? null),
      };
      begun.push(...exchangeOf(call, key, at, left < WITH_MESSAGES, ids).slice(0, left + 1));
    }
    store.write({ begun, ended: [] }, BODY_BYTES);
    stored += begun.length;
  }
  store.release();
}

function exchangeOf(
  call: Call,
  key: number,
  at: number,
  hasContents: boolean,
  ids: Pick<BegunEntry, "profileId" | "serverId">,
): BegunEntry[] {
  const params =
    call.name === null ? {} : { params: { name: call.name, arguments: call.arguments ?? {} } };
  const result = {
    content: [{ type: "text", text: call.error?.message ?? call.text ?? "" }],
    ...(call.error && { isError: true }),
  };
  const request = bodyOf({ jsonrpc: "2.0", id: key, method: call.method, ...params }, hasContents);
  const response = bodyOf({ jsonrpc: "2.0", id: key, result }, hasContents);
  const ms = call.ms * (1 + ((key * 31) % 17) / 40);
  const row = (kind: "request" | "upstream", offset: number): BegunEntry => ({
    ...ids,
    key: key + offset,
    correlation: `c${key}`,
    kind,
    direction: kind === "request" ? "from_client" : "to_server",
    at: at + offset * ms * 0.1,
    sessionId: `session-of-${call.client}`,
    client: { name: call.client, version: call.version },
    era: "legacy",
    method: call.method,
    name: call.name,
    request,
    hasContents,
    ended: {
      key: key + offset,
      outcome: call.error ? "tool_error" : "ok",
      durationMs: ms * (1 - offset * 0.15),
      waitedMs: kind === "upstream" ? ms * 0.08 : null,
      headMs: kind === "upstream" ? ms * 0.7 : null,
      httpStatus: null,
      error: call.error ?? null,
      response,
    },
  });
  return call.server === null ? [row("request", 0)] : [row("request", 0), row("upstream", 1)];
}

function bodyOf(message: object, hasContents: boolean): EntryBody {
  const text = JSON.stringify(message);
  return { text: hasContents ? text : null, bytes: text.length };
}
