import type { Sealer } from "@local-mcp/vault";
import type { Pool } from "pg";
import type { StorageOptions } from "../record-storage.ts";
import { RecordStorage } from "../record-storage.ts";
import { Database } from "./database.ts";
import { postgresRows } from "./rows.ts";

export interface PostgresStorageOptions extends StorageOptions {
  /** Seals what is secret in a session. Without one such a session is refused (`session_secret_unset`). */
  sealer?: Sealer;
}

/**
 * Sessions in the schema local_mcp of a PostgreSQL database, which several gateways may use at
 * once. `init` makes the schema where it is not there. A pool that was given stays its owner's.
 */
export class PostgresStorageBackend extends RecordStorage {
  readonly #database: Database;

  /** @throws GatewayError validation_failed for a URL that cannot be read */
  constructor(
    source: { url: string } | Pool | Database,
    { sealer, ...options }: PostgresStorageOptions = {},
  ) {
    const database = source instanceof Database ? source : Database.of(source);
    super(postgresRows(database), sealer, options);
    this.#database = database;
  }

  override async disconnect(): Promise<void> {
    await this.#database.close();
  }
}
