import { startPostgres } from "../../packages/sessions/src/postgres/postgres.fixture.ts";
import { startRedis } from "../../packages/sessions/src/redis/redis.fixture.ts";
import { isFull } from "../full.ts";

/** A real session store that several gateways can share. */
export interface SharedEngine {
  /** What the environment says of a place in it that nobody has used yet. */
  fresh(): Promise<NodeJS.ProcessEnv>;
  /** Ends it at once, and starts it again over what it had acknowledged. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

async function redis(): Promise<SharedEngine> {
  const server = await startRedis({ isDurable: true });
  let database = 0;
  return {
    fresh: async () => {
      database += 1;
      return { REDIS_URL: server.url(database) };
    },
    kill: () => server.kill("SIGKILL"),
    start: () => server.start(),
    stop: () => server.stop(),
  };
}

async function postgres(): Promise<SharedEngine> {
  const server = await startPostgres({ isDurable: true });
  return {
    fresh: async () => ({ MCP_TS_STORAGE_POSTGRES: await server.fresh() }),
    kill: () => server.kill("SIGKILL"),
    start: () => server.start(),
    stop: () => server.stop(),
  };
}

export const SHARED_ENGINES = [
  ["Redis", redis],
  ["PostgreSQL", postgres],
] as const;

/** For what is the same above all of them; what differs between them the stores' own tests try. */
export const ENGINES = isFull ? SHARED_ENGINES : SHARED_ENGINES.slice(0, 1);
