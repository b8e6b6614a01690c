import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Redis } from "ioredis";
import { Pool } from "pg";
import type { EngineName, OpenedEngine } from "./sessions-engines.ts";

/** What anybody would write who keeps texts by an id in an engine. */
export interface BareClient {
  create(id: string, text: string): Promise<unknown>;
  get(id: string): Promise<string | null>;
  update(id: string, text: string): Promise<unknown>;
  remove(id: string): Promise<unknown>;
  close(): Promise<unknown>;
}

const memory = async (): Promise<BareClient> => {
  const texts = new Map<string, string>();
  return {
    create: async (id, text) => texts.set(id, text),
    get: async (id) => texts.get(id) ?? null,
    update: async (id, text) => texts.set(id, text),
    remove: async (id) => texts.delete(id),
    close: async () => texts.clear(),
  };
};

/** Written whole at each change, one after the other. */
const file = async ({ directory }: OpenedEngine): Promise<BareClient> => {
  const path = join(directory, "bare.json");
  let texts: Record<string, string> = {};
  let last: Promise<unknown> = Promise.resolve();
  const writeAfter = async (before: Promise<unknown>): Promise<void> => {
    await before;
    const handle = await open(`${path}.new`, "w", 0o600);
    await handle.writeFile(JSON.stringify(texts));
    await handle.sync();
    await handle.close();
    await rename(`${path}.new`, path);
  };
  const write = (): Promise<unknown> => {
    last = writeAfter(last);
    return last;
  };
  const put = (id: string, text: string): Promise<unknown> => {
    texts = { ...texts, [id]: text };
    return write();
  };
  return {
    create: put,
    get: async (id) => {
      const stored: unknown = JSON.parse(await readFile(path, "utf8"));
      const text = Object(stored)[id];
      return typeof text === "string" ? text : null;
    },
    update: put,
    remove: (id) => {
      const { [id]: _, ...rest } = texts;
      texts = rest;
      return write();
    },
    close: () => last,
  };
};

const sqlite = async ({ directory }: OpenedEngine): Promise<BareClient> => {
  const db = new Database(join(directory, "bare.db"));
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec("CREATE TABLE texts (id TEXT PRIMARY KEY, text TEXT NOT NULL)");
  const insert = db.prepare("INSERT INTO texts VALUES (?, ?)");
  const select = db.prepare<[string], string>("SELECT text FROM texts WHERE id = ?").pluck();
  const update = db.prepare("UPDATE texts SET text = ? WHERE id = ?");
  const remove = db.prepare("DELETE FROM texts WHERE id = ?");
  return {
    create: async (id, text) => insert.run(id, text),
    get: async (id) => select.get(id) ?? null,
    update: async (id, text) => update.run(text, id),
    remove: async (id) => remove.run(id),
    close: async () => db.close(),
  };
};

const redis = async ({ url }: OpenedEngine): Promise<BareClient> => {
  const client = new Redis(url);
  return {
    create: (id, text) => client.set(`bare:${id}`, text, "EX", 43_200, "NX"),
    get: (id) => client.get(`bare:${id}`),
    update: (id, text) => client.set(`bare:${id}`, text, "EX", 43_200),
    remove: (id) => client.del(`bare:${id}`),
    close: () => client.quit(),
  };
};

const postgres = async ({ url }: OpenedEngine): Promise<BareClient> => {
  const pool = new Pool({ connectionString: url });
  // It may still be told of the end of the server while it ends.
  pool.on("error", () => {});
  await pool.query("CREATE TABLE texts (id text PRIMARY KEY, text text NOT NULL)");
  return {
    create: (id, text) => pool.query("INSERT INTO texts VALUES ($1, $2)", [id, text]),
    get: async (id) => {
      const { rows } = await pool.query<{ text: string }>("SELECT text FROM texts WHERE id = $1", [
        id,
      ]);
      return rows[0]?.text ?? null;
    },
    update: (id, text) => pool.query("UPDATE texts SET text = $2 WHERE id = $1", [id, text]),
    remove: (id) => pool.query("DELETE FROM texts WHERE id = $1", [id]),
    close: () => pool.end(),
  };
};

export const BARE: Record<EngineName, (engine: OpenedEngine) => Promise<BareClient>> = {
  memory,
  file,
  sqlite,
  redis,
  postgres,
};
