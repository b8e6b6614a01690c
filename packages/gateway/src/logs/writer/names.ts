import { LOCAL_SERVER } from "@local-mcp/contract";
import { type Connection, openSqlite, translating } from "@local-mcp/database";

/** The slug of a profile or name of a server that is gone, where no row has told it before. */
const REMOVED = "(removed)";

/** What profiles and servers are called now, by the configuration database, which is only read. */
export class Names {
  readonly #path: string;
  #db: Connection | null = null;
  readonly #known = new Map<string, string>();

  /** @param path of the configuration database */
  constructor(path: string) {
    this.#path = path;
  }

  /** From now on names are looked up anew. */
  forget(): void {
    this.#known.clear();
  }

  /** @param former what it was called when it was last there */
  of(kind: "profile" | "server", id: string, former: () => string | undefined): string {
    if (id === LOCAL_SERVER) return LOCAL_SERVER;
    const key = `${kind} ${id}`;
    const name = this.#known.get(key) ?? this.#read(kind, id) ?? former() ?? REMOVED;
    this.#known.set(key, name);
    return name;
  }

  close(): void {
    this.#db?.close();
    this.#db = null;
  }

  #read(kind: "profile" | "server", id: string): string | undefined {
    const [table, column] = kind === "profile" ? ["profiles", "slug"] : ["mcp_servers", "name"];
    try {
      return translating(this.#path, () => {
        this.#db ??= openSqlite(this.#path, { readonly: true });
        return this.#db
          .prepare<[string], string>(`SELECT ${column} FROM ${table} WHERE id = ?`)
          .pluck()
          .get(id);
      });
    } catch {
      // A log is written with what is known, whatever there is with the configuration.
      return undefined;
    }
  }
}
