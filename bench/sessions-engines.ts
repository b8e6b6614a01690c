import { join } from "node:path";
import { createDb, type Db } from "@local-mcp/database";
import { openStorage, type StorageBackend, type StorageChoice } from "@local-mcp/sessions";
import type { Sealer } from "@local-mcp/vault";
import { startPostgres } from "../packages/sessions/src/postgres/postgres.fixture.ts";
import { startRedis } from "../packages/sessions/src/redis/redis.fixture.ts";

export const ENGINES = ["memory", "file", "sqlite", "redis", "postgres"] as const;
export type EngineName = (typeof ENGINES)[number];

/** A store that is ready, and where a bare client finds the same engine. */
export interface OpenedEngine {
  store: StorageBackend;
  /** Of a server; empty for the others. */
  url: string;
  /** A directory for files. */
  directory: string;
  close(): Promise<void>;
}

/** Starts what the engine needs, waits for the disk as it is used for real, and opens a store on it. */
export const OPEN: Record<
  EngineName,
  (directory: string, sealer: Sealer) => Promise<OpenedEngine>
> = {
  memory: (directory, sealer) => opened({ type: "memory" }, directory, { sealer }),
  file: (directory, sealer) =>
    opened({ type: "file", path: join(directory, "sessions.json") }, directory, { sealer }),
  sqlite: async (directory, sealer) => {
    const db = createDb({ path: join(directory, "sessions.db") });
    const sqlite = await opened({ type: "sqlite", path: null }, directory, { sealer, db });
    return closing(sqlite, async () => db.close());
  },
  redis: async (directory, sealer) => {
    const server = await startRedis();
    const redis = await opened({ type: "redis", url: server.url() }, directory, { sealer });
    return closing(redis, () => server.stop());
  },
  postgres: async (directory, sealer) => {
    const server = await startPostgres({ isDurable: true });
    const choice = { type: "postgres" as const, url: await server.fresh() };
    return closing(await opened(choice, directory, { sealer }), () => server.stop());
  },
};

async function opened(
  choice: StorageChoice,
  directory: string,
  options: { sealer: Sealer; db?: Db },
): Promise<OpenedEngine> {
  const storage = await openStorage(choice, options);
  const url = "url" in choice ? choice.url : "";
  return { store: storage.backend, url, directory, close: () => storage.close() };
}

const closing = (engine: OpenedEngine, after: () => Promise<unknown>): OpenedEngine => ({
  ...engine,
  close: async () => {
    await engine.close();
    await after();
  },
});
