import { openVault } from "@local-mcp/vault/test-kit";
import { Redis } from "ioredis";
import { afterAll, beforeAll, vi } from "vitest";
import { describeBackend } from "../describe-backend.ts";
import { describeModel } from "../model.ts";
import type { MakeBackend } from "../test-kit.ts";
import { RedisStorageBackend } from "./redis.ts";
import { type RedisServer, startRedis } from "./redis.fixture.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url());
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** One server for every test, emptied. */
const make: MakeBackend = async (options) => {
  await redis.flushall();
  const sealer = await openVault();
  return { store: new RedisStorageBackend(redis, { ...options, sealer }), close: async () => {} };
};

describeBackend("RedisStorageBackend", make);
describeModel("RedisStorageBackend", make, 100);
