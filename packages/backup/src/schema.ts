import { type Connection, type FileKind, schemaAfter, schemaEntries } from "@local-mcp/database";
import { BACKUP_TABLES } from "./manifest.ts";

/** What ANALYZE leaves in a file, which a person may have run on a copy. */
const OF_ANALYZE: Record<string, string> = {
  sqlite_stat1: "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
  sqlite_stat4: "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
};

/**
 * Compares a file with what its migrations give, word for word. SQLite runs what a schema says when
 * a file is checked or written, so this comes before both (https://sqlite.org/security.html).
 *
 * @param applied how many migrations it has had
 * @param extra tables that it may have as well, with what sqlite_schema says of them
 * @returns what is wrong, as the end of a sentence; null where it is exactly as it should be
 */
export const schemaFault = (
  connection: Connection,
  kind: FileKind,
  applied: number,
  extra: Record<string, string> = {},
): string | null => {
  const allowed: Record<string, string> = { ...OF_ANALYZE, ...extra };
  const wanted = new Map(schemaAfter(kind, applied).map((entry) => [entry.name, entry]));
  for (const entry of schemaEntries(connection)) {
    const { type, name, tbl_name, sql } = entry;
    const isAllowed =
      (type === "table" && tbl_name === name && sql !== null && allowed[name] === sql) ||
      kind.mayHold?.(entry) === true;
    const one = wanted.get(name);
    const isWanted = one?.type === type && one.tbl_name === tbl_name && one.sql === sql;
    if (!isAllowed && !isWanted) {
      return `it holds a ${type} “${name}” that this program did not make`;
    }
    wanted.delete(name);
  }
  const [missing] = wanted.values();
  return missing ? `the ${missing.type} “${missing.name}” is missing` : null;
};

/** The tables that a backup, and nothing else, has as well. */
export const ALSO_IN_A_BACKUP: Record<string, string> = BACKUP_TABLES;
