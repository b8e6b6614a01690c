import { isErrorResponse, type JsonObject, type RpcResponse } from "../jsonrpc.ts";

/** What all answers together may take, characters of JSON. */
const MAX_SIZE = 8 * 1024 * 1024;
/** What one may take. */
const MAX_ANSWER = 1024 * 1024;
/** However long a server says, ms. */
const MAX_TTL_MS = 24 * 3_600_000;

interface Kept {
  serverId: string;
  uri: string;
  /** JSON of the result, so that nobody changes another's. */
  text: string;
  /** ms since 1970. */
  keptAt: number;
  ttlMs: number;
}

/** Keeps an answer once it is there. */
export type Keep = (response: RpcResponse) => void;

/**
 * Resources that modern servers have said may be shown to anybody for a while (MCP 2026-07-28,
 * caching: `cacheScope` public and `ttlMs`). What is private is never kept, nor what a legacy server
 * answers, nor an error.
 */
export class AnswerCache {
  readonly #now: () => number;
  /** The least recently used first. */
  readonly #kept = new Map<string, Kept>();
  #size = 0;
  #forgotten = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The result as a modern client is given it, with the time that is left; null without one. */
  find(serverId: string, uri: string): JsonObject | null {
    const key = keyOf(serverId, uri);
    const kept = this.#kept.get(key);
    if (kept === undefined) return null;
    const age = Math.max(0, this.#now() - kept.keptAt);
    this.#drop(key);
    if (age >= kept.ttlMs) return null;
    this.#put(key, kept);
    const result: JsonObject = JSON.parse(kept.text);
    const meta = typeof result._meta === "object" ? result._meta : {};
    return {
      ...result,
      ttlMs: kept.ttlMs - age,
      // The debug log shows it: no server was asked for this answer.
      _meta: { ...meta, "local-mcp-gateway/cache": { ageMs: age } },
    };
  }

  /** Taken before the server is asked: what it says of a change in the meantime outdates the answer. */
  keeper(serverId: string, uri: string): Keep {
    const before = this.#forgotten;
    return (response) => {
      if (this.#forgotten !== before || isErrorResponse(response)) return;
      const { result } = response;
      const { ttlMs, cacheScope, resultType = "complete" } = result;
      const isKept = cacheScope === "public" && resultType === "complete";
      if (!isKept || typeof ttlMs !== "number" || !(ttlMs > 0)) return;
      const text = JSON.stringify(result);
      if (text.length > MAX_ANSWER) return;
      const key = keyOf(serverId, uri);
      this.#drop(key);
      const kept = { serverId, uri, text, keptAt: this.#now(), ttlMs: Math.min(ttlMs, MAX_TTL_MS) };
      this.#put(key, kept);
      for (const oldest of this.#kept.keys()) {
        if (this.#size <= MAX_SIZE) break;
        this.#drop(oldest);
      }
    };
  }

  /**
   * A server is another now, or one of its resources is. An update may name a part of what was read
   * (MCP 2026-07-28, resources), so what contains it goes too.
   */
  forget(serverId: string, uri?: string): void {
    this.#forgotten += 1;
    for (const [key, kept] of this.#kept) {
      if (kept.serverId !== serverId) continue;
      if (uri === undefined || kept.uri.startsWith(uri) || uri.startsWith(kept.uri))
        this.#drop(key);
    }
  }

  #put(key: string, kept: Kept): void {
    this.#kept.set(key, kept);
    this.#size += kept.text.length;
  }

  #drop(key: string): void {
    this.#size -= this.#kept.get(key)?.text.length ?? 0;
    this.#kept.delete(key);
  }
}

const keyOf = (serverId: string, uri: string): string => `${serverId} ${uri}`;
