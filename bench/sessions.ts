/**
 * `npm run bench:sessions [-- --short --json FILE --only ENGINE]`: what each session store does in a
 * second and how long its slowest hundredth takes, beside a bare client of the same engine that does
 * the same reads and writes without our rules. Both take turns in one run; the ratio is ours / bare.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClientSession, StorageBackend } from "@local-mcp/sessions";
import type { SessionData } from "@local-mcp/sessions/server";
import { createSealer } from "@local-mcp/vault";
import { BARE, type BareClient } from "./sessions-bare.ts";
import { ENGINES, type EngineName, OPEN, type OpenedEngine } from "./sessions-engines.ts";
import { median, percentile, table } from "./stats.ts";
import { optionsOf, refuseUnknown } from "../scripts/options.ts";

const { values: options } = optionsOf({
  options: {
    short: { type: "boolean", default: false },
    json: { type: "string" },
    only: { type: "string" },
  },
});

const OPERATIONS = ["create", "get", "update", "remove"] as const;
type Operation = (typeof OPERATIONS)[number];

/** What is done at the same time, as a gateway with so many busy clients would. */
const IN_FLIGHT = 16;
const ROUNDS = options.short ? 3 : 7;
/** Records of a round. A file is written whole at each change, so it is asked for fewer. */
const records = (engine: EngineName): number => {
  if (engine === "file") return options.short ? 64 : 256;
  return options.short ? 1000 : 5000;
};

/** A sign-in as a gateway keeps it, tokens and all. */
const signIn = (sessionId: string): SessionData & { identity: string } => ({
  sessionId,
  identity: "bench",
  serverId: "server-1",
  serverName: "A server",
  serverUrl: "https://mcp.example.com/mcp",
  callbackUrl: "http://127.0.0.1:4444/callback",
  transportType: "streamable_http",
  active: true,
  createdAt: Date.now(),
  tokens: {
    access_token: "a".repeat(600),
    refresh_token: "r".repeat(120),
    token_type: "Bearer",
    expires_in: 3600,
  },
});

/** What a gateway keeps of a client; with a shared store it is read at each request. */
const clientSession = (sessionId: string): ClientSession => ({
  sessionId,
  profileId: "profile-1",
  tokenId: "token-1",
  protocolVersion: "2025-11-25",
  clientInfo: { name: "a client", version: "1.0.0" },
  capabilities: { roots: { listChanged: true }, elicitation: {} },
  logLevel: "info",
  subscriptions: ["file:///one", "file:///two"],
  createdAt: Date.now(),
  lastSeenAt: Date.now(),
});

const KINDS = ["sign-in", "client"] as const;
type Kind = (typeof KINDS)[number];

/** One side of a comparison. */
type Side = Record<Operation, (id: string) => Promise<unknown>>;

interface Took {
  perSecond: number;
  p99Ms: number;
}

async function timed(
  ids: readonly string[],
  work: (id: string) => Promise<unknown>,
): Promise<Took> {
  const left = ids.values();
  const took: number[] = [];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (const id of left) {
        const from = performance.now();
        await work(id);
        took.push(performance.now() - from);
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  return { perSecond: ids.length / seconds, p99Ms: percentile(took, 0.99) };
}

const bareSide = (client: BareClient, record: (id: string) => unknown): Side => {
  const text = (id: string): string => JSON.stringify(record(id));
  return {
    create: (id) => client.create(id, text(id)),
    get: async (id) => JSON.parse((await client.get(id)) ?? "null"),
    update: (id) => client.update(id, text(id)),
    remove: (id) => client.remove(id),
  };
};

const ourSide = (store: StorageBackend, kind: Kind): Side =>
  kind === "sign-in"
    ? {
        create: (id) => store.createSession(signIn(id)),
        get: (id) => store.getSession("bench", id),
        update: (id) => store.updateSession("bench", id, { tokens: signIn(id).tokens }),
        remove: (id) => store.removeSession("bench", id),
      }
    : {
        create: (id) => store.createClientSession(clientSession(id)),
        get: (id) => store.getClientSession(id),
        update: (id) => store.updateClientSession(id, { logLevel: "debug" }),
        remove: (id) => store.removeClientSession(id),
      };

type Figures = Record<Operation, { ours: Took; bare: Took }>;

/** Each figure is the median of its rounds. */
async function compare(
  { store }: OpenedEngine,
  client: BareClient,
  kind: Kind,
  count: number,
): Promise<Figures> {
  const sides = {
    ours: ourSide(store, kind),
    bare: bareSide(client, kind === "sign-in" ? signIn : clientSession),
  };
  const seen = { ours: rounds(), bare: rounds() };
  for (let round = 0; round < ROUNDS; round += 1) {
    const ids = Array.from({ length: count }, () => store.generateSessionId());
    const order = round % 2 === 0 ? (["ours", "bare"] as const) : (["bare", "ours"] as const);
    for (const side of order) {
      for (const operation of OPERATIONS) {
        seen[side][operation].push(await timed(ids, sides[side][operation]));
      }
    }
  }
  const figure = (operation: Operation) => ({
    ours: middle(seen.ours[operation]),
    bare: middle(seen.bare[operation]),
  });
  return {
    create: figure("create"),
    get: figure("get"),
    update: figure("update"),
    remove: figure("remove"),
  };
}

async function measure(engine: EngineName, root: string): Promise<Record<Kind, Figures>> {
  const current = { id: "bench", bytes: randomBytes(32) };
  const opened = await OPEN[engine](root, createSealer({ current, retiring: [] }));
  const client = await BARE[engine](opened);
  try {
    return {
      "sign-in": await compare(opened, client, "sign-in", records(engine)),
      client: await compare(opened, client, "client", records(engine)),
    };
  } finally {
    await client.close();
    await opened.close();
  }
}

const rounds = (): Record<Operation, Took[]> => ({ create: [], get: [], update: [], remove: [] });

const middle = (took: Took[]): Took => ({
  perSecond: median(took.map(({ perSecond }) => perSecond)),
  p99Ms: median(took.map(({ p99Ms }) => p99Ms)),
});

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const rowsOf = (engine: EngineName, kind: Kind, figures: Figures): string[][] =>
  OPERATIONS.map((operation) => {
    const { ours, bare } = figures[operation];
    return [
      `${engine}, ${kind}: ${operation}`,
      ours.perSecond.toFixed(0),
      bare.perSecond.toFixed(0),
      (ours.perSecond / bare.perSecond).toFixed(2),
      ours.p99Ms.toFixed(2),
      bare.p99Ms.toFixed(2),
    ];
  });

const wanted = options.only === undefined ? ENGINES : [options.only];
refuseUnknown(wanted, ENGINES);
const root = mkdtempSync(join(tmpdir(), "bench-sessions-"));
const results: Partial<Record<EngineName, Record<Kind, Figures>>> = {};
const lines = [["", "ours/s", "bare/s", "ratio", "ours p99 ms", "bare p99 ms"]];
try {
  for (const engine of ENGINES) {
    if (!wanted.includes(engine)) continue;
    const figures = await measure(engine, root);
    results[engine] = figures;
    for (const kind of KINDS) lines.push(...rowsOf(engine, kind, figures[kind]));
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
print(`${ROUNDS} rounds, ${IN_FLIGHT} at a time, sign-ins with sealed tokens of 720 bytes`);
print(table(lines));
if (options.json !== undefined)
  writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
