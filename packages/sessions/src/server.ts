/**
 * The library: a store for sessions, chosen by the environment (`storage`) or made by hand.
 *
 * @packageDocumentation
 */
export type { ClientSession } from "./client-session.ts";
export { FileStorageBackend } from "./file/file.ts";
export { MemoryStorageBackend } from "./memory.ts";
export { PostgresStorageBackend } from "./postgres/postgres.ts";
export { RedisStorageBackend } from "./redis/redis.ts";
export type { StorageOptions } from "./record-storage.ts";
export { sealerOf } from "./sealer-of.ts";
export type { OAuthClientInformation, OAuthTokens, SessionData } from "./session-data.ts";
export { SqliteStorageBackend } from "./sqlite.ts";
export { storage } from "./storage.ts";
export type { ClientSessionChanges, StorageBackend } from "./storage-backend.ts";
