/** What only a process needs that opens a data directory itself: nearly all there is. */
export { openRecovery } from "./backups/recovery.ts";
export { verifyBackupFile } from "./backups/verify-file.ts";
export { createGateway } from "./gateway.ts";
export { dumpSessionStore, restoreSessionStore } from "./sessions/dump-store.ts";
export { migrateStore } from "./sessions/migrate-store.ts";
export { exportFileSchema } from "@local-mcp/transfer";
