import { GatewayError } from "@local-mcp/contract";
import { createRevokedQueries } from "@local-mcp/database";
import type { Log } from "@local-mcp/engine";
import type { SharedStore, StorageBackend } from "@local-mcp/sessions";
import type { Vault } from "@local-mcp/vault";
import type { Stores } from "../stores.ts";
import { configurationHash } from "./configuration-hash.ts";
import { Membership } from "./membership.ts";
import { type GatewayMessage, GatewayPeers } from "./peers.ts";
import { RevokedTokens } from "./revoked-tokens.ts";

/** How often it is looked whether something was missed that must not be, ms. */
const CATCH_UP_MS = 60_000;

export interface SharedGatewaysOptions {
  shared: SharedStore;
  sessions: StorageBackend;
  stores: Stores;
  vault: Vault;
  /** Takes a token back and ends what was opened with it. */
  revokeToken: (tokenId: string) => Promise<void>;
  /** Takes over the sign-in at a server as another gateway has stored it. */
  takeOverSignIn: (serverId: string) => Promise<void>;
  /** Takes over all of them. */
  catchUpSignIns: () => Promise<void>;
  /** The store may not be used any more; session_store_other_… says with whom. */
  onRefused: (error: GatewayError) => void;
  log: Log;
}

/** This gateway and the others on its session store, of which there may be none. */
export class SharedGateways {
  readonly peers: GatewayPeers;
  readonly membership: Membership;
  readonly #options: SharedGatewaysOptions;
  readonly #revoked: RevokedTokens;
  #timer: NodeJS.Timeout | undefined;
  #joining: Promise<void> | null = null;

  constructor(options: SharedGatewaysOptions) {
    this.#options = options;
    const { shared, sessions, stores, vault, revokeToken, onRefused, log } = options;
    this.#revoked = new RevokedTokens({
      sessions,
      revokedHere: createRevokedQueries(stores.db)
        .list()
        .filter(({ kind }) => kind === "access_token")
        .map(({ subjectId }) => subjectId),
      revoke: revokeToken,
      log,
    });
    this.membership = new Membership({
      shared,
      vault,
      configurationHash: () => configurationHash(stores.db),
      catchUp: () => this.#catchUp(),
      onRefused,
      onMembers: (members) => this.peers.onMembers(members),
      log,
    });
    this.peers = new GatewayPeers({ id: this.membership.id, shared, vault, log });
    this.peers.listenToAll(
      (message) => this.#hear(message),
      () => void this.#catchUpLater(),
    );
  }

  /** Joins the others, once. @throws GatewayError as {@link Membership.join} */
  join(): Promise<void> {
    this.#joining ??= this.#join().catch((error: unknown) => {
      this.#joining = null;
      throw error;
    });
    return this.#joining;
  }

  /** What sign-ins need of it. */
  get forSignIns(): { shared: SharedStore; selfId: string; tell: (serverId: string) => void } {
    return {
      shared: this.#options.shared,
      selfId: this.membership.id,
      tell: (serverId) => this.peers.tell({ about: "sign_in", serverId }),
    };
  }

  /** Keeps for all that a token was revoked here, and tells them. */
  async tokenRevoked(tokenId: string): Promise<void> {
    this.peers.tell({ about: "token", tokenId });
    await this.#revoked.add(tokenId);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.peers.close();
    await this.membership.leave();
  }

  async #join(): Promise<void> {
    await this.peers.start();
    await this.membership.join();
    this.#timer = setInterval(() => void this.#catchUpLater(), CATCH_UP_MS);
    this.#timer.unref();
  }

  #hear(message: GatewayMessage): void {
    if (message.about === "token") void this.#revoke(message.tokenId);
    if (message.about === "sign_in") void this.#takeOver(message.serverId);
  }

  async #revoke(tokenId: string): Promise<void> {
    try {
      await this.#revoked.revoke(tokenId);
    } catch (error) {
      // It is revoked again when others are next followed.
      this.#options.log.warn("a token revoked elsewhere was not revoked here", {
        error: String(error),
      });
    }
  }

  async #takeOver(serverId: string): Promise<void> {
    try {
      await this.#options.takeOverSignIn(serverId);
    } catch (error) {
      // What is stored is looked at before access is renewed, and every minute.
      this.#options.log.warn("a sign-in of another gateway was not read", { error: String(error) });
    }
  }

  async #catchUp(): Promise<void> {
    await this.#revoked.catchUp();
    await this.#options.catchUpSignIns();
  }

  async #catchUpLater(): Promise<void> {
    try {
      await this.#catchUp();
    } catch (error) {
      // Of a store that fails it has been said.
      if (error instanceof GatewayError && error.code.startsWith("session_store_")) return;
      this.#options.log.error("other gateways could not be followed", { error: String(error) });
    }
  }
}
