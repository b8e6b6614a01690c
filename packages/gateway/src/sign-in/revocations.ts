import type { SignedOut } from "@local-mcp/contract";
import type { ServerRow } from "@local-mcp/database";
import { atMost, type Fetch, type Log } from "@local-mcp/engine";
import type { Vault } from "@local-mcp/vault";
import type { Grants } from "./grants.ts";
import type { TokenStore } from "./token-store.ts";

/** How long the end of the gateway waits for those that are being told, ms. */
const LAST_ANSWER_MS = 2000;

/** What became of it at the authorization server. */
type Revoked = SignedOut["revoked"];

export interface RevocationsOptions {
  tokens: TokenStore;
  grants: Grants;
  vault: Vault;
  log: Log;
}

/** Tells authorization servers that nobody is signed in any more. */
export class Revocations {
  readonly #options: RevocationsOptions;
  readonly #behind = new Set<Promise<unknown>>();
  readonly #over = new AbortController();

  constructor(options: RevocationsOptions) {
    this.#options = options;
  }

  /**
   * What tells it, made while there still is what it is told of; null where there is nothing. What
   * cannot be opened cannot be revoked, and is forgotten all the same.
   */
  async of(row: ServerRow): Promise<(() => Promise<Revoked>) | null> {
    const { tokens, grants, vault, log } = this.#options;
    const facts = tokens.facts(row.id);
    if (facts === null) return null;
    const failed = (error: unknown): Revoked => {
      const reason = String(error);
      log.warn("a sign-out could not be told", { server: row.name, reason });
      return "no";
    };
    try {
      await vault.ready();
      const open = tokens.open(row.id, row.name);
      if (open === null) return null;
      const target = grants.target(row.id);
      const { signal } = this.#over;
      const fetch: Fetch = (address, init) => target.fetch(address, { ...init, signal });
      return () =>
        grants
          .revoke({ ...target, fetch }, facts, open)
          .then((isOffered) => (isOffered ? "yes" : "not_offered"), failed);
    } catch (error) {
      const outcome = failed(error);
      return async () => outcome;
    }
  }

  /** Is told while everything goes on. */
  tellBehind(tell: () => Promise<Revoked>): void {
    const told = tell().finally(() => this.#behind.delete(told));
    this.#behind.add(told);
  }

  /** Resolves when nobody is being told any more; who does not answer is not waited for. */
  async close(): Promise<void> {
    const told = Promise.all(this.#behind);
    await atMost(LAST_ANSWER_MS, told);
    this.#over.abort();
    await told;
  }
}
