import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createGateway } from "@local-mcp/gateway";
import type { BegunEntry, EndedEntry, EntryBody } from "../packages/gateway/src/logs/entries.ts";
import { LogStore } from "../packages/gateway/src/logs/writer/log-store.ts";
import { secretOf } from "./backup-data.ts";
import { chance, prose, wordOfCall } from "./logs-words.ts";

export const PROFILES = ["dev", "work", "research", "home"] as const;
export const SERVERS = ["files", "github", "search", "calendar", "browser", "notes"] as const;
/** Has its tools in the profile that is really called. */
export const LIVE_PROFILE = "dev";
const CLIENTS = ["Claude Code", "Cursor", "Zed", "VS Code", "Goose", "my-script"];
const TOOLS = [
  "read_file",
  "write_file",
  "search_code",
  "list_issues",
  "create_issue",
  "fetch_page",
  "find_event",
  "add_note",
  "run_query",
  "take_screenshot",
];
/** With what share of all exchanges they have. */
const METHODS: readonly [string, number][] = [
  ["tools/call", 0.86],
  ["tools/list", 0.05],
  ["resources/read", 0.04],
  ["prompts/get", 0.02],
  ["ping", 0.02],
  ["initialize", 0.01],
];
const OUTCOMES: readonly [EndedEntry["outcome"], number][] = [
  ["ok", 0.93],
  ["tool_error", 0.035],
  ["error", 0.02],
  ["cancelled", 0.01],
  ["timed_out", 0.005],
];

/** Rows that are stored at once. */
const BATCH = 2000;
/** All of them began within so many ms. */
const SPAN = 5 * 24 * 3600 * 1000;
/** Exchanges of one session. */
const SESSION = 400;
/** Until the cap that the gateway ships with, bytes. */
const BODY_BYTES = 65_536;
const MADE = "made.json";

interface Ids {
  profiles: string[];
  servers: string[];
}

/**
 * A data directory with so many rows of debug logs, written by the store of the gateway. One that was
 * made before is taken as it is.
 */
export async function makeLogs(dataDir: string, rows: number, upstream: string): Promise<void> {
  const made = join(dataDir, MADE);
  if (existsSync(made)) return;
  await rm(dataDir, { recursive: true, force: true });
  const ids = await makeConfiguration(dataDir, upstream);
  const store = new LogStore({
    traffic: join(dataDir, "traffic.db"),
    database: join(dataDir, "local-mcp-gateway.db"),
  });
  const began = performance.now();
  const entries = entriesOf(rows, ids);
  for (let stored = 0; stored < rows;) {
    const begun = [...entries.take(BATCH)];
    store.write({ begun, ended: [] }, BODY_BYTES);
    stored += begun.length;
    if (stored % (BATCH * 50) === 0) {
      const seconds = (performance.now() - began) / 1000;
      console.error(`${stored} rows, ${Math.round(stored / seconds)} a second`);
    }
  }
  store.release();
  await writeFile(made, JSON.stringify({ rows }));
}

/** Profiles and servers, of which one is served at the address. */
async function makeConfiguration(dataDir: string, upstream: string): Promise<Ids> {
  const gateway = await createGateway({
    dataDir,
    kind: "cli",
    env: { HOME: dataDir, AUTH_ENCRYPTION_SECRET: secretOf(dataDir) },
  });
  const ids: Ids = { profiles: [], servers: [] };
  for (const name of SERVERS) {
    const config = { transport: "http", url: upstream } as const;
    const enabled = name === SERVERS[0];
    const { server } = await gateway.api.servers.create({ name, config, enabled });
    ids.servers.push(server.id);
  }
  for (const slug of PROFILES) {
    const servers = slug === LIVE_PROFILE ? [SERVERS[0]] : [...SERVERS];
    const profile = { slug, servers, allowWithoutToken: true };
    ids.profiles.push((await gateway.api.profiles.create(profile)).id);
  }
  await gateway.api.settings.update({
    logKeepDays: 3650,
    logKeepMb: 1_000_000,
    logKeepRows: 100_000_000,
  });
  await gateway.close();
  return ids;
}

/** Generators in Node 20 have no `take` that goes on afterwards. */
function entriesOf(rows: number, ids: Ids): { take(count: number): Iterable<BegunEntry> } {
  const random = chance(11);
  const one = <T>(list: readonly T[]): T => {
    const chosen = list[Math.floor(random() ** 1.5 * list.length)];
    if (chosen === undefined) throw new Error("nothing to choose from");
    return chosen;
  };
  const from = Date.now() - SPAN;
  let key = 0;
  let exchange = 0;
  let who = { client: "", profile: "", session: "", era: "legacy" as "legacy" | "modern" };

  const next = (): BegunEntry[] => {
    if (exchange % SESSION === 0) {
      who = {
        client: one(CLIENTS),
        profile: one(ids.profiles),
        session: `session-${Math.floor(exchange / SESSION)}`,
        era: random() < 0.5 ? "modern" : "legacy",
      };
    }
    exchange += 1;
    const at = from + (key / rows) * SPAN;
    const method = weighted(METHODS, random());
    const outcome = weighted(OUTCOMES, random());
    const name = method === "tools/call" ? one(TOOLS) : null;
    const durationMs = Math.round(10 ** (random() * 3) * 100) / 100;
    const request = bodyOf({
      id: exchange,
      method,
      params: {
        name,
        arguments: {
          path: `/srv/${wordOfCall(exchange)}/notes.md`,
          query: prose(300 + random() * 400, random),
        },
      },
    });
    const response = bodyOf({
      id: exchange,
      result: { content: [{ type: "text", text: prose(500 + random() ** 3 * 3000, random) }] },
    });
    const row = (kind: "request" | "upstream" | "notification"): BegunEntry => {
      key += 1;
      const hasAnswer = kind !== "notification";
      return {
        key,
        correlation: `c${exchange.toString(36)}`,
        kind,
        direction:
          kind === "upstream" ? "to_server" : kind === "request" ? "from_client" : "to_client",
        at,
        profileId: who.profile,
        serverId: kind === "request" && method === "initialize" ? null : one(ids.servers),
        sessionId: who.session,
        client: { name: who.client, version: "1.4.0" },
        era: who.era,
        method: hasAnswer ? method : "notifications/progress",
        name: hasAnswer ? name : null,
        request: hasAnswer
          ? request
          : bodyOf({
              method: "notifications/progress",
              params: { progress: 1, message: prose(120, random) },
            }),
        hasContents: true,
        ended: {
          key,
          outcome: hasAnswer ? outcome : "ok",
          durationMs: hasAnswer ? durationMs : null,
          waitedMs: kind === "upstream" ? 0.1 : null,
          headMs: kind === "upstream" ? durationMs * 0.8 : null,
          httpStatus: hasAnswer ? 200 : null,
          error:
            outcome === "error" && hasAnswer
              ? { code: "server_failed", message: "It did not answer." }
              : null,
          response: hasAnswer ? response : null,
        },
      };
    };
    const linked = [row("request"), row("upstream")];
    return random() < 0.1 ? [...linked, row("notification")] : linked;
  };

  const waiting: BegunEntry[] = [];
  return {
    take: (count) => {
      while (waiting.length < count) waiting.push(...next());
      return waiting.splice(0, Math.min(count, rows - (key - waiting.length)));
    },
  };
}

const bodyOf = (message: object): EntryBody => {
  const text = JSON.stringify({ jsonrpc: "2.0", ...message });
  return { text, bytes: Buffer.byteLength(text) };
};

function weighted<T>(shares: readonly (readonly [T, number])[], point: number): T {
  let sum = 0;
  for (const [value, share] of shares) {
    sum += share;
    if (point < sum) return value;
  }
  const [first] = shares;
  if (!first) throw new Error("nothing to choose from");
  return first[0];
}
