import type { Sealer } from "@local-mcp/vault";
import type { Redis } from "ioredis";
import type { StorageOptions } from "../record-storage.ts";
import { RecordStorage } from "../record-storage.ts";
import { Connection } from "./connection.ts";
import { redisRows } from "./rows.ts";

export interface RedisStorageOptions extends StorageOptions {
  /** Seals what is secret in a session. Without one such a session is refused (`session_secret_unset`). */
  sealer?: Sealer;
}

/**
 * Sessions in Redis 6.2 or newer, which several gateways may use at once, under keys that begin with
 * `{local-mcp}:`. The client that was given stays its owner's, and open on `disconnect`.
 */
export class RedisStorageBackend extends RecordStorage {
  readonly #connection: Connection;

  constructor(redis: Redis, { sealer, ...options }: RedisStorageOptions = {}) {
    const connection = new Connection(redis);
    super(redisRows(connection, options.now ?? (() => Date.now())), sealer, options);
    this.#connection = connection;
  }

  override async disconnect(): Promise<void> {
    this.#connection.release();
  }
}
