export { type ApiContext, asApiError } from "./api/context.ts";
export { openRecovery, type RecoveryMode } from "./backups/recovery.ts";
export { verifyBackupFile } from "./backups/verify-file.ts";
export type { Launcher } from "./clients/connections.ts";
export { VARIABLES, type Variable } from "./configuration/variables.ts";
export { findGateway } from "./find-gateway.ts";
export { createGateway } from "./gateway.ts";
export type { Gateway, GatewayOptions } from "./gateway-types.ts";
export type { BackupTransfer } from "./http/backup-routes.ts";
export { isLoopbackHost } from "./http/guard.ts";
export {
  PAGE_HEADERS,
  type PageFile,
  pageFile,
  pagePolicy,
  readPageFile,
} from "./http/page-files.ts";
export { openPrivate, reasonOf, writePrivate } from "./private-file.ts";
export type { Runtime } from "./runtime-file.ts";
export { dumpSessionStore, restoreSessionStore } from "./sessions/dump-store.ts";
export { type LastingStore, migrateStore, type StoresMigrated } from "./sessions/migrate-store.ts";
export { closingText } from "./status/closing-text.ts";
export type { Keychain } from "./vault/vault-service.ts";
export { VERSION } from "./version.ts";
export { replaceFile, syncDirectory } from "@local-mcp/backup";
export { exportFileSchema, refuseBackup } from "@local-mcp/transfer";
export { pageUrl, parameterHeaders, routingHeaders, systemCode } from "@local-mcp/engine";
export { type Paths, resolvePaths } from "@local-mcp/database";
export { boundTo, createRedactor, type Redactor } from "@local-mcp/vault";
