import { isErrorResponse, type JsonObject, type RpcResponse } from "../jsonrpc.ts";
import {
  type AnswerPlace,
  type AnswerStore,
  type KeptAnswer,
  MemoryAnswers,
} from "./answer-store.ts";

/** What one answer may take, characters of JSON. */
const MAX_ANSWER = 1024 * 1024;
/** However long a server says, ms. */
const MAX_TTL_MS = 24 * 3_600_000;

export interface CacheLookup {
  /** The result as a modern client is given it, with the time that is left; null without one. */
  result: JsonObject | null;
  /** Keeps the answer once it is there, unless the server changed since the lookup. */
  keep(response: RpcResponse): void;
}

/**
 * Resources that modern servers have said may be shown to anybody for a while (MCP 2026-07-28,
 * caching: `cacheScope` public and `ttlMs`). What is private is never kept, nor what a legacy server
 * answers, nor an error.
 */
export class AnswerCache {
  readonly #store: AnswerStore;
  readonly #now: () => number;

  constructor(store: AnswerStore = new MemoryAnswers(), now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /** Called before the server is asked: what it says of a change in the meantime outdates the answer. */
  async find(place: AnswerPlace): Promise<CacheLookup> {
    const found = await this.#store.find(place);
    return {
      result: found?.answer ? this.#shown(found.answer) : null,
      keep: (response) => {
        const answer = found && this.#keepable(response);
        if (answer) this.#store.keep(place, found.generation, answer);
      },
    };
  }

  /** A server is another now, or one of its resources is. */
  outdate(serverId: string, uri?: string): void {
    this.#store.outdate(serverId, uri);
  }

  /** A server does not run here now. */
  forget(serverId: string): void {
    this.#store.forget(serverId);
  }

  #shown({ text, keptAt, ttlMs }: KeptAnswer): JsonObject | null {
    const age = Math.max(0, this.#now() - keptAt);
    if (age >= ttlMs) return null;
    const result: JsonObject = JSON.parse(text);
    const meta = typeof result._meta === "object" ? result._meta : {};
    return {
      ...result,
      ttlMs: ttlMs - age,
      // The debug log shows it: no server was asked for this answer.
      _meta: { ...meta, "local-mcp-gateway/cache": { ageMs: age } },
    };
  }

  #keepable(response: RpcResponse): KeptAnswer | null {
    if (isErrorResponse(response)) return null;
    const { result } = response;
    const { ttlMs, cacheScope, resultType = "complete" } = result;
    const isKept = cacheScope === "public" && resultType === "complete";
    if (!isKept || typeof ttlMs !== "number" || !(ttlMs > 0)) return null;
    const text = JSON.stringify(result);
    if (text.length > MAX_ANSWER) return null;
    return { text, keptAt: this.#now(), ttlMs: Math.min(ttlMs, MAX_TTL_MS) };
  }
}
