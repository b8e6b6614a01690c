export type { ClientSession } from "./client-session.ts";
export { copyRows } from "./copy-rows.ts";
export type { StoreFinding } from "./examine/finding.ts";
export { ForwardingStorage } from "./forwarding-storage.ts";
export { MemoryStorageBackend } from "./memory.ts";
export { type Migrated, type MigrateOptions, migrateSessions } from "./migrate.ts";
export { type OpenedStorage, openStorage } from "./open-storage.ts";
export { dumpSessions, restoreSessions } from "./postgres/dump.ts";
export type { Row, Rows } from "./rows.ts";
export {
  type CacheType,
  placeOf,
  type SelectedStorage,
  selectCache,
  selectStorage,
  type StorageVariable,
} from "./select-storage.ts";
export type { OAuthClientInformation, OAuthTokens, SessionData } from "./session-data.ts";
export type { JoinedMember, Member, SharedStore } from "./shared-store.ts";
export { SqliteStorageBackend } from "./sqlite.ts";
export type { ClientSessionChanges, StorageBackend } from "./storage-backend.ts";
export type { StorageChoice, StorageType } from "./storage-choice.ts";
