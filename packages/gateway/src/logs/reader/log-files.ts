import { existsSync } from "node:fs";
import { type Connection, openSqlite, type Paths, translating } from "@local-mcp/database";

/** Names that there are now, by id. */
export interface Names {
  profiles: ReadonlyMap<string, string>;
  servers: ReadonlyMap<string, string>;
}

/** How many rows match. */
interface Counted {
  /** What is looked for, as JSON. */
  conditions: string;
  version: number;
  matches: number;
}

/** `traffic.db` as far as debug logs are in it, and the configuration, both only read. */
export class LogFiles {
  readonly #files: Pick<Paths, "traffic" | "database">;
  #traffic: Connection | null = null;
  #configuration: Connection | null = null;
  #counted: Counted | null = null;

  constructor(files: Pick<Paths, "traffic" | "database">) {
    this.#files = files;
  }

  /**
   * Runs on rows that are committed, all of the same moment. Not long: meanwhile the file's log
   * cannot shrink.
   *
   * @returns `empty` where there is no file, or one without debug logs
   * @throws GatewayError what SQLite says of the file
   */
  read<T>(empty: T, run: (db: Connection) => T): T {
    const { traffic } = this.#files;
    return translating(traffic, () => {
      this.#traffic ??= openLogs(traffic);
      const db = this.#traffic;
      return db === null ? empty : db.transaction(() => run(db))();
    });
  }

  /** Another number after rows were written; only of use beside one that was told before. */
  version(): number {
    return this.read(0, (db) => Number(db.pragma("data_version", { simple: true })));
  }

  /** A search that saw all rows has counted them, for whoever asks how many there are next. */
  remember(counted: Counted): void {
    this.#counted = counted;
  }

  /** How many were counted, where it was the same that was asked of the same rows. */
  counted(asked: Omit<Counted, "matches">): number | null {
    const known = this.#counted;
    const isSame = known?.conditions === asked.conditions && known.version === asked.version;
    return isSame ? known.matches : null;
  }

  names(): Names {
    const { database } = this.#files;
    return translating(database, () => {
      if (this.#configuration === null && !existsSync(database)) {
        return { profiles: new Map(), servers: new Map() };
      }
      const db = (this.#configuration ??= openSqlite(database, { readonly: true }));
      const read = (sql: string) => new Map(db.prepare<[], [string, string]>(sql).raw().all());
      return {
        profiles: read("SELECT id, slug FROM profiles"),
        servers: read("SELECT id, name FROM mcp_servers"),
      };
    });
  }

  /** Lets go of both; they are opened again when something is read. */
  release(): void {
    this.#traffic?.close();
    this.#configuration?.close();
    this.#counted = null;
    this.#traffic = null;
    this.#configuration = null;
  }
}

/**
 * Null where there are no debug logs in it yet. Whoever writes it makes it; this never does. It is
 * not mapped into memory, which would be twice as fast: whoever cuts a mapped file short ends the
 * process that reads it.
 */
function openLogs(path: string): Connection | null {
  if (!existsSync(path)) return null;
  const db = openSqlite(path, { readonly: true });
  const table = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'debug_log_facts'");
  if (table.get() !== undefined) return db;
  db.close();
  return null;
}
