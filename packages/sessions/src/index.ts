export type { ClientSession } from "./client-session.ts";
export { MemoryStorageBackend } from "./memory.ts";
export type { OAuthClientInformation, OAuthTokens, SessionData } from "./session-data.ts";
export { SqliteStorageBackend } from "./sqlite.ts";
export type { StorageBackend } from "./storage-backend.ts";
