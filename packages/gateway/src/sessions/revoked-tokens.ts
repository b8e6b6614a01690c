import type { Log } from "@local-mcp/engine";
import { GatewayError } from "@local-mcp/contract";
import type { StorageBackend } from "@local-mcp/sessions";

/** Whose records they are in the session store. */
const IDENTITY = "gateway:revoked-tokens";
/** Longer than anybody goes on with a backup from before, s. */
const KEPT_S = 10 * 365 * 24 * 3600;

export interface RevokedTokensOptions {
  sessions: StorageBackend;
  /** Those that were revoked before this process began, which may have ended before they were told. */
  revokedHere: readonly string[];
  /** Forgets a token here, and ends what was opened with it; nothing where it is not known. */
  revoke: (tokenId: string) => Promise<void>;
  log: Log;
}

/**
 * The access tokens that were revoked at any of the gateways on a session store, kept in it: a
 * gateway that was away, or that is restored from an older backup, lets nobody in with them.
 */
export class RevokedTokens {
  readonly #options: RevokedTokensOptions;
  readonly #known = new Set<string>();
  /** Those that could not be stored yet. */
  readonly #unsaved = new Set<string>();

  constructor(options: RevokedTokensOptions) {
    this.#options = options;
    for (const tokenId of options.revokedHere) this.#unsaved.add(tokenId);
  }

  /** Keeps one that was revoked here. What cannot be stored now is stored at the next `catchUp`. */
  async add(tokenId: string): Promise<void> {
    this.#known.add(tokenId);
    this.#unsaved.add(tokenId);
    await this.#save().catch((error: unknown) => {
      const { log } = this.#options;
      log.error("a revoked token could not be told to other gateways", { error: String(error) });
    });
  }

  /**
   * Revokes here what was revoked elsewhere. One that cannot be revoked keeps no other from it, and
   * is tried again the next time.
   *
   * @throws GatewayError session_store_unreachable
   */
  async catchUp(): Promise<void> {
    await this.#save();
    for (const { serverId } of await this.#options.sessions.getIdentitySessionsData(IDENTITY)) {
      if (serverId !== undefined) await this.#tryToRevoke(serverId);
    }
  }

  async revoke(tokenId: string): Promise<void> {
    if (this.#known.has(tokenId)) return;
    await this.#options.revoke(tokenId);
    // Only now: what failed half-way is done again when it is next heard of.
    this.#known.add(tokenId);
  }

  async #tryToRevoke(tokenId: string): Promise<void> {
    try {
      await this.revoke(tokenId);
    } catch (error) {
      const { log } = this.#options;
      log.warn("a token revoked elsewhere was not revoked here", { error: String(error) });
    }
  }

  async #save(): Promise<void> {
    for (const tokenId of this.#unsaved) {
      await this.#options.sessions.createSession(recordOf(tokenId), KEPT_S).catch(unlessThere);
      this.#unsaved.delete(tokenId);
    }
  }
}

const recordOf = (tokenId: string) => ({
  sessionId: `revoked-${tokenId}`,
  identity: IDENTITY,
  serverId: tokenId,
  serverUrl: "",
  callbackUrl: "",
  transportType: "streamable_http" as const,
  active: false,
  createdAt: Date.now(),
});

function unlessThere(error: unknown): void {
  if (!(error instanceof GatewayError && error.code === "session_exists")) throw error;
}
