export { type ColumnClass, columnClass, columnClasses } from "./classification.ts";
export { changeMark } from "./change-mark.ts";
export {
  createDb,
  createTrafficDb,
  type Db,
  type DbOptions,
  type Queryable,
  type TrafficDb,
  type Tx,
} from "./db.ts";
export { configurationFile, trafficFile } from "./db.ts";
export {
  createPrivateFile,
  flushFile,
  makePrivateDirectory,
  makePrivateFile,
  syncDirectory,
} from "./files.ts";
export { jsonSchemaOf } from "./json.ts";
export {
  type DataDirectoryLock,
  lockDataDirectory,
  type LockHolder,
  readLockHolder,
} from "./lock.ts";
export { createLogWords, logWordsPart, logWordsTable } from "./log-words.ts";
export { closeFile, type FileKind, openFile } from "./open.ts";
export { type PathOptions, type Paths, resolvePaths } from "./paths.ts";
export { type SchemaEntry, schemaAfter, schemaEntries } from "./schema-entries.ts";
export * from "./queries/accepted-tools.ts";
export * from "./queries/audit.ts";
export * from "./queries/catalogs.ts";
export * from "./queries/customizations.ts";
export * from "./queries/eras.ts";
export * from "./queries/export-keys.ts";
export * from "./queries/health.ts";
export * from "./queries/import-jobs.ts";
export * from "./queries/log-levels.ts";
export * from "./queries/metrics.ts";
export * from "./queries/names.ts";
export * from "./queries/profiles.ts";
export * from "./queries/prompts.ts";
export * from "./queries/resources.ts";
export * from "./queries/revoked.ts";
export * from "./queries/roots.ts";
export * from "./queries/sealed-values.ts";
export * from "./queries/servers.ts";
export * from "./queries/sessions.ts";
export * from "./queries/settings.ts";
export * from "./queries/sign-ins.ts";
export * from "./queries/tokens.ts";
export * from "./queries/tools.ts";
export * from "./queries/vault.ts";
export * from "./schema.ts";
export { type Connection, faultIn, isSqliteError, openSqlite, translating } from "./sqlite.ts";
export {
  type ClassifiedColumn,
  classifiedColumns,
  type SealedColumn,
  sealedColumns,
} from "./sealed-columns.ts";
