/**
 * `npm run bench:sessions [-- --short]`: operations a second and their 99th percentile of each
 * session store, and of Redis and PostgreSQL beside a bare client that reads and writes the same
 * text with none of our rules, in the same run and by turns. Prints a table, then JSON.
 */
import { parseArgs } from "node:util";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { startEngine } from "../e2e/sessions/engine.ts";
import { signIn } from "../e2e/sessions/words.ts";
import { openStorage } from "../packages/sessions/src/open-storage.ts";
import { STORAGE_TYPES, type StorageChoice } from "../packages/sessions/src/storage-choice.ts";
import { median, percentile, table } from "./stats.ts";

const STEPS = ["create", "get", "update", "remove"] as const;
type Step = (typeof STEPS)[number];

/** The four things that are done with a record, by whoever does them. */
type Client = Record<Step, (id: string) => Promise<unknown>> & { close(): Promise<unknown> };

interface Result {
  store: string;
  step: Step;
  perSecond: number;
  p99Ms: number;
  /** How many times as fast the bare client of the same engine is; null without one. */
  bareRatio: number | null;
}

const { values } = parseArgs({ options: { short: { type: "boolean", default: false } } });
const ROUNDS = values.short ? 1 : 5;
const OPERATIONS = values.short ? 100 : 1000;
/** Asked for at once. */
const LANES = 16;
const OWNER = "user-123";

const ours = async (choice: StorageChoice): Promise<Client> => {
  const opened = await openStorage(choice);
  const { backend } = opened;
  return {
    create: (id) => backend.createSession(signIn(id, OWNER)),
    get: (id) => backend.getSession(OWNER, id),
    update: (id) => backend.updateSession(OWNER, id, { active: false }),
    remove: (id) => backend.removeSession(OWNER, id),
    close: () => opened.close(),
  };
};

const textOf = (id: string): string => JSON.stringify(signIn(id, OWNER));

const bareRedis = (url: string): Client => {
  const redis = new Redis(url);
  return {
    create: (id) => redis.set(`bare:${id}`, textOf(id), "EX", 43_200, "NX"),
    get: (id) => redis.get(`bare:${id}`),
    update: async (id) => {
      await redis.get(`bare:${id}`);
      await redis.set(`bare:${id}`, textOf(id), "KEEPTTL");
    },
    remove: (id) => redis.del(`bare:${id}`),
    close: async () => redis.disconnect(),
  };
};

const barePostgres = async (url: string): Promise<Client> => {
  const pool = new Pool({ connectionString: url, max: 10 });
  await pool.query("CREATE TABLE bare (id text PRIMARY KEY, data text NOT NULL)");
  const read = "SELECT data FROM bare WHERE id = $1";
  return {
    create: (id) => pool.query("INSERT INTO bare VALUES ($1, $2)", [id, textOf(id)]),
    get: (id) => pool.query(read, [id]),
    update: async (id) => {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        await client.query(`${read} FOR UPDATE`, [id]);
        await client.query("UPDATE bare SET data = $2 WHERE id = $1", [id, textOf(id)]);
        await client.query("COMMIT");
      } finally {
        client.release();
      }
    },
    remove: (id) => pool.query("DELETE FROM bare WHERE id = $1", [id]),
    close: () => pool.end(),
  };
};

/** How long each of many took, ms, and how many a second that were. */
async function measure(work: (id: string) => Promise<unknown>) {
  const times: number[] = [];
  let next = 0;
  const began = performance.now();
  const lane = async (): Promise<void> => {
    while (next < OPERATIONS) {
      const id = `id-${next++}`;
      const start = performance.now();
      await work(id);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return { times, perSecond: (OPERATIONS * 1000) / (performance.now() - began) };
}

interface Figures {
  /** Of our operations, ms. */
  times: number[];
  /** Operations a second, of each round. */
  own: number[];
  bare: number[];
}
const noFigures = (): Figures => ({ times: [], own: [], bare: [] });

async function compare(type: (typeof STORAGE_TYPES)[number]): Promise<Result[]> {
  const engine = await startEngine(type, true);
  const { choice } = engine;
  const own = await ours(choice);
  const bare =
    choice.type === "redis"
      ? bareRedis(choice.url)
      : choice.type === "postgres"
        ? await barePostgres(choice.url)
        : null;
  const measured = new Map(STEPS.map((step) => [step, noFigures()]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [step, result] of measured) {
      const { times, perSecond } = await measure(own[step]);
      result.times.push(...times);
      result.own.push(perSecond);
      if (bare) result.bare.push((await measure(bare[step])).perSecond);
    }
  }
  await own.close();
  await bare?.close();
  await engine.stop();
  return [...measured].map(([step, result]) => ({
    store: type,
    step,
    perSecond: Math.round(median(result.own)),
    p99Ms: Number(percentile(result.times, 0.99).toFixed(2)),
    bareRatio: bare && Number((median(result.bare) / median(result.own)).toFixed(2)),
  }));
}

const results: Result[] = [];
for (const type of STORAGE_TYPES) results.push(...(await compare(type)));
const rows = results.map(({ store, step, perSecond, p99Ms, bareRatio }) => [
  `${store} ${step}`,
  String(perSecond),
  String(p99Ms),
  bareRatio === null ? "" : `${bareRatio}`,
]);
const print = (text: string): void => void process.stdout.write(`${text}\n`);
print(
  `${OPERATIONS} of each in ${ROUNDS} rounds, ${LANES} at once; every engine waits for its disk`,
);
print(table([["store", "per second", "p99 ms", "bare client, times as fast"], ...rows]));
print(JSON.stringify(results));
