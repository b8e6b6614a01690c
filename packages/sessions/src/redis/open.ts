import type { Redis, RedisOptions } from "ioredis";
import type { SharedStore } from "../shared-store.ts";
import { Connection, PATIENCE_MS } from "./connection.ts";
import { RedisSharedStore } from "./shared.ts";
import { readRedisUrl } from "./url.ts";

/** A Redis that answers. */
export interface OpenRedis {
  /** To make a {@link RedisStorageBackend} of. */
  redis: Redis;
  shared: SharedStore;
  /** For people: `host:port`. */
  place: string;
  close(): Promise<void>;
}

/** How long it takes at most until a lost connection is tried again, ms. */
const MOST_DELAY_MS = 1000;

const OPTIONS = {
  connectionName: "local-mcp-gateway",
  // Understood by every server, also by those that are Redis in name only.
  protocol: 2,
  connectTimeout: PATIENCE_MS - MOST_DELAY_MS,
  // A connection that is silently dead is given up, and made again.
  socketTimeout: PATIENCE_MS - 500,
  retryStrategy: (times) => Math.min(50 * times, MOST_DELAY_MS),
  // A command waits for one try to connect. It is never sent a second time: nobody knows if it was done.
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  // After a failover the name leads to the new primary.
  reconnectOnError: (error) => error.message.startsWith("READONLY"),
} as const satisfies RedisOptions;

/**
 * Connects to `redis://user:password@host:port/database`, or `rediss://` for TLS.
 *
 * @throws GatewayError validation_failed, session_store_unreachable
 */
export const openRedis = async (url: string): Promise<OpenRedis> => {
  const where = readRedisUrl(url);
  const { Redis } = await import("ioredis");
  const redis = new Redis({ ...where, ...OPTIONS });
  const connection = new Connection(redis);
  try {
    // Where there is no such database ioredis would go on in the first one.
    await connection.run(() => (where.db === 0 ? redis.ping() : redis.select(where.db)));
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  const shared = new RedisSharedStore(connection, () => new Redis({ ...where, ...OPTIONS }));
  return {
    redis,
    shared,
    place: connection.place,
    close: async () => {
      // The server may be away; then others forget this gateway by themselves.
      await shared.leave().catch(() => {});
      shared.close();
      redis.disconnect();
    },
  };
};
