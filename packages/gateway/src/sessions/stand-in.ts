import { GatewayError } from "@local-mcp/contract";
import {
  type ClientSession,
  type ClientSessionChanges,
  copyRows,
  MemoryStorageBackend,
  type OpenedStorage,
} from "@local-mcp/sessions";

/** Changes of one session that are kept to be done in the store, the latest ones. */
const MAX_CHANGES = 1000;

/**
 * Memory in the place of a store that is away. A client session that it does not have may well be
 * in the store: nothing is said of it, and what happens to it is done there by {@link handOver}.
 */
export class StandIn extends MemoryStorageBackend {
  readonly #changes = new Map<string, ClientSessionChanges[]>();
  readonly #removed = new Set<string>();
  readonly #seen = new Map<string, number>();

  /** @throws GatewayError `session_not_found` where the store may have it */
  override async getClientSession(sessionId: string): Promise<ClientSession | null> {
    const session = await super.getClientSession(sessionId);
    if (session === null && !this.#removed.has(sessionId)) {
      throw new GatewayError("session_not_found");
    }
    return session;
  }

  override async updateClientSession(
    sessionId: string,
    changes: ClientSessionChanges,
  ): Promise<void> {
    try {
      await super.updateClientSession(sessionId, changes);
    } catch (error) {
      if (!isNotFound(error) || this.#removed.has(sessionId)) throw error;
      const kept = this.#changes.get(sessionId) ?? [];
      this.#changes.set(sessionId, [...kept.slice(1 - MAX_CHANGES), changes]);
    }
  }

  override async removeClientSession(sessionId: string): Promise<void> {
    this.#removed.add(sessionId);
    this.#changes.delete(sessionId);
    await super.removeClientSession(sessionId);
  }

  override async touch(seen: ReadonlyMap<string, number>): Promise<void> {
    for (const [sessionId, at] of seen) {
      this.#seen.set(sessionId, Math.max(at, this.#seen.get(sessionId) ?? 0));
    }
    await super.touch(seen);
  }

  /**
   * Gives the store what it has missed; may be called again after it failed.
   *
   * @param now ms since 1970
   * @returns how many sessions were put there
   * @throws what the store throws
   */
  async handOver(store: OpenedStorage["backend"], now: number): Promise<number> {
    const copied = await copyRows(this.rows, store.rows, now);
    for (const sessionId of this.#removed) await store.removeClientSession(sessionId);
    for (const [sessionId, changes] of this.#changes) {
      for (const change of changes) {
        // The store may have let it go meanwhile.
        await store.updateClientSession(sessionId, change).catch(unlessNotFound);
      }
    }
    await store.touch(this.#seen);
    return copied;
  }
}

const isNotFound = (error: unknown): boolean =>
  error instanceof GatewayError && error.code === "session_not_found";

function unlessNotFound(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
