import { GatewayError } from "@local-mcp/contract";
import type { Db } from "@local-mcp/database";
import type { Sealer } from "@local-mcp/vault";
import { FileStorageBackend } from "./file/file.ts";
import { MemoryStorageBackend } from "./memory.ts";
import type { RecordStorage, StorageOptions } from "./record-storage.ts";
import { placeOf } from "./select-storage.ts";
import type { SharedStore } from "./shared-store.ts";
import { SqliteStorageBackend } from "./sqlite.ts";
import type { StorageChoice } from "./storage-choice.ts";

export interface OpenOptions extends StorageOptions {
  /** Seals what is secret in a sign-in; without one such a sign-in is refused. */
  sealer?: Sealer;
  /** What is meant by SQLite without a path; stays its owner's. */
  db?: Db;
}

/** A store that is ready. */
export interface OpenedStorage {
  backend: RecordStorage;
  /** Null where the engine is for one gateway only. */
  shared: SharedStore | null;
  /** Where it is, for people; holds no password. */
  place: string;
  /** Gives up everything that was opened for it. */
  close(): Promise<void>;
}

/**
 * Opens the store that was chosen, and no other. Only its engine is loaded.
 *
 * @throws GatewayError session_store_unreachable, session_store_damaged and what else the engine
 * says is wrong; nothing stays open then
 */
export async function openStorage(
  choice: StorageChoice,
  options: OpenOptions = {},
): Promise<OpenedStorage> {
  const opened = await construct(choice, options);
  try {
    await opened.backend.init();
    return opened;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function construct(
  choice: StorageChoice,
  { db, ...options }: OpenOptions,
): Promise<OpenedStorage> {
  switch (choice.type) {
    case "memory":
      return unshared(choice, new MemoryStorageBackend(options));
    case "file":
      return unshared(choice, new FileStorageBackend({ path: choice.path }, options));
    case "sqlite": {
      const source = choice.path === null ? db : { path: choice.path };
      if (source === undefined) throw new Error("SQLite without a path needs an open database");
      return unshared(choice, new SqliteStorageBackend(source, options));
    }
    case "postgres": {
      const { openPostgres } = await import("./postgres/open.ts");
      const { PostgresStorageBackend } = await import("./postgres/postgres.ts");
      const opened = await openPostgres(choice.url);
      return { ...opened, backend: new PostgresStorageBackend(opened.database, options) };
    }
    default:
      throw new GatewayError("session_store_unreachable", {
        store: choice.type,
        reason: "this build does not hold it yet.",
        action: "Choose another store.",
      });
  }
}

const unshared = (choice: StorageChoice, backend: RecordStorage): OpenedStorage => ({
  backend,
  shared: null,
  place: placeOf(choice),
  close: () => backend.disconnect(),
});
