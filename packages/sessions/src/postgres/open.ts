import type { SharedStore } from "../shared-store.ts";
import { Database } from "./database.ts";
import { Line } from "./line.ts";
import { prepare } from "./schema.ts";
import { PostgresSharedStore } from "./shared.ts";
import { readPostgresUrl } from "./url.ts";

/** A PostgreSQL database that answers and has its tables. */
export interface OpenPostgres {
  /** To make a {@link PostgresStorageBackend} of. */
  database: Database;
  shared: SharedStore;
  /** For people: `host:port/database`. */
  place: string;
  close(): Promise<void>;
}

/**
 * Connects to `postgresql://user:password@host:port/database` and makes the schema where it is not
 * there.
 *
 * @throws GatewayError validation_failed, session_store_unreachable
 */
export const openPostgres = async (url: string): Promise<OpenPostgres> => {
  const where = readPostgresUrl(url);
  const database = Database.at(where);
  try {
    await prepare(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  const line = new Line(where);
  const shared = new PostgresSharedStore(database, line);
  return {
    database,
    shared,
    place: where.place,
    close: async () => {
      // The server may be away; then others forget this gateway by themselves.
      await shared.leave().catch(() => {});
      await line.close();
      await database.close();
    },
  };
};
