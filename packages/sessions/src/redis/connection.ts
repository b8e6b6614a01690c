import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { redisError } from "./errors.ts";

/** Everything that waits for Redis ends within this, ms. */
export const PATIENCE_MS = 5000;

/** A script of Redis. It is sent whole only where the server does not have it (any more). */
export interface Script {
  text: string;
  sha: string;
}

export const scriptOf = (text: string): Script => ({
  text,
  sha: createHash("sha1").update(text).digest("hex"),
});

/** A client of Redis whose commands end in time, and fail with sentences for people. */
export class Connection {
  readonly place: string;
  readonly #redis: Redis;
  #lastError: Error | undefined;
  readonly #heard = (error: Error): void => {
    this.#lastError = error;
  };

  /** @param redis stays its owner's; what it says of a lost connection is heard until `release` */
  constructor(redis: Redis) {
    this.#redis = redis;
    const { host, port, path } = redis.options;
    this.place = path ?? `${host ?? "localhost"}:${port ?? 6379}`;
    redis.on("error", this.#heard);
  }

  /** Number of the database that it is in. */
  get database(): number {
    return this.#redis.options.db ?? 0;
  }

  release(): void {
    this.#redis.off("error", this.#heard);
  }

  /**
   * Runs a command, or several. One that is not answered in time may still be done later.
   *
   * @throws GatewayError session_store_unreachable
   */
  async run<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("timed out")), PATIENCE_MS);
    });
    try {
      const result = await Promise.race([command(this.#redis), late]);
      this.#lastError = undefined;
      return result;
    } catch (error) {
      throw redisError(this.place, error, this.#lastError);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Runs a script, which nothing of anybody else comes between. */
  async script(
    script: Script,
    keys: readonly string[],
    values: readonly string[],
  ): Promise<unknown> {
    // As one list: what is spread has to fit on the stack.
    const given = [String(keys.length)].concat(keys, values);
    return this.run(async (redis) => {
      try {
        return await redis.call("EVALSHA", [script.sha].concat(given));
      } catch (error) {
        // After a start, a failover or SCRIPT FLUSH.
        if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
        return redis.call("EVAL", [script.text].concat(given));
      }
    });
  }
}
