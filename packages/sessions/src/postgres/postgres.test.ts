import { openVault } from "@local-mcp/vault/test-kit";
import { Pool } from "pg";
import { afterAll, beforeAll, vi } from "vitest";
import { describeBackend } from "../describe-backend.ts";
import { describeModel } from "../model.ts";
import type { MakeBackend } from "../test-kit.ts";
import { PostgresStorageBackend } from "./postgres.ts";
import { type PostgresServer, startPostgres } from "./postgres.fixture.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: PostgresServer;
let pool: Pool;

beforeAll(async () => {
  server = await startPostgres();
  pool = new Pool({ connectionString: server.url() });
});
afterAll(async () => {
  await pool.end();
  await server.stop();
});

/** One database for every test, emptied: making one takes longer than most of them. */
const make: MakeBackend = async (options) => {
  const sealer = await openVault();
  const store = new PostgresStorageBackend(pool, { ...options, sealer });
  await store.init();
  await pool.query("TRUNCATE local_mcp.mcp_sessions");
  return { store, close: async () => {} };
};

describeBackend("PostgresStorageBackend", make);
describeModel("PostgresStorageBackend", make, 100);
