import type { Db } from "@local-mcp/database";
import type { Sealer } from "@local-mcp/vault";
import { examineFile } from "./examine/file.ts";
import type { StoreFinding } from "./examine/finding.ts";
import { examinePostgres } from "./examine/postgres.ts";
import { examineRecords } from "./examine/records.ts";
import { examineRedis } from "./examine/redis.ts";
import { FileStorageBackend } from "./file/file.ts";
import { MemoryStorageBackend } from "./memory.ts";
import { openPostgres } from "./postgres/open.ts";
import { PostgresStorageBackend } from "./postgres/postgres.ts";
import { openRedis } from "./redis/open.ts";
import { RedisStorageBackend } from "./redis/redis.ts";
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
  /**
   * Looks at what can be wrong with the store though it works.
   *
   * @throws what the engine throws where it cannot be asked
   */
  examine(): Promise<StoreFinding[]>;
  /** Gives up everything that was opened for it. */
  close(): Promise<void>;
}

/**
 * Opens the store that was chosen, and no other.
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
    const examine = async (): Promise<StoreFinding[]> => [
      ...(await opened.examine()),
      ...(await examineRecords(opened.backend)),
    ];
    return { ...opened, examine };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function construct(
  choice: StorageChoice,
  { db, ...options }: OpenOptions,
): Promise<OpenedStorage> {
  if (choice.type === "memory") {
    return unshared(choice, new MemoryStorageBackend(options));
  }
  if (choice.type === "file") {
    const backend = new FileStorageBackend({ path: choice.path }, options);
    return unshared(choice, backend, () => examineFile(choice.path, backend));
  }
  if (choice.type === "sqlite") {
    const source = choice.path === null ? db : { path: choice.path };
    if (source === undefined) throw new Error("SQLite without a path needs an open database");
    return unshared(choice, new SqliteStorageBackend(source, options));
  }
  if (choice.type === "redis") {
    const { redis, ...opened } = await openRedis(choice.url);
    const backend = new RedisStorageBackend(redis, options);
    return { ...opened, backend, examine: () => examineRedis(redis) };
  }
  const { database, ...opened } = await openPostgres(choice.url);
  const backend = new PostgresStorageBackend(database, options);
  return { ...opened, backend, examine: () => examinePostgres(database) };
}

const unshared = (
  choice: StorageChoice,
  backend: RecordStorage,
  examine: OpenedStorage["examine"] = async () => [],
): OpenedStorage => ({
  backend,
  shared: null,
  place: placeOf(choice),
  examine,
  close: () => backend.disconnect(),
});
