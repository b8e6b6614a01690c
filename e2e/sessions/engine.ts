import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StorageChoice, StorageType } from "../../packages/sessions/src/storage-choice.ts";
import { startPostgres } from "../../packages/sessions/src/postgres/postgres.fixture.ts";
import { startRedis } from "../../packages/sessions/src/redis/redis.fixture.ts";

/** An engine that runs, empty. */
export interface Engine {
  choice: StorageChoice;
  stop(): Promise<void>;
}

/** Starts what a store of this type needs. `isDurable`: it waits for its disk at every write,
 * and else for none. */
export async function startEngine(type: StorageType, isDurable: boolean): Promise<Engine> {
  switch (type) {
    case "memory":
      return { choice: { type }, stop: async () => {} };
    case "redis": {
      const server = await startRedis({ isDurable });
      return { choice: { type, url: server.url() }, stop: () => server.stop() };
    }
    case "postgres": {
      const server = await startPostgres({ isDurable });
      return { choice: { type, url: server.url() }, stop: () => server.stop() };
    }
    default: {
      const memory = "/dev/shm";
      const parent = !isDurable && existsSync(memory) ? memory : tmpdir();
      const directory = mkdtempSync(join(parent, `sessions-${type}-`));
      return {
        choice: { type, path: join(directory, type === "file" ? "sessions.json" : "sessions.db") },
        stop: async () => rmSync(directory, { recursive: true }),
      };
    }
  }
}
