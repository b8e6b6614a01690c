import { createHash, randomBytes, randomUUID } from "node:crypto";
import { GatewayError, type TokenRight, tokenRight, type TokenView } from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";

const PREFIX = "lmg_";
const TOKEN_BYTES = 32;
const HINT_LENGTH = 4;
/** How long "last used" may be kept in memory before it is written, ms. */
const WRITE_BEHIND_MS = 30_000;
const ALL_RIGHTS: readonly TokenRight[] = tokenRight.options;

/** Who a request comes from, once its token is known. */
export interface Principal {
  /** Null for the person at this computer, who needs no token. */
  tokenId: string | null;
  name: string;
  /** Null: every profile. */
  profileId: string | null;
  rights: readonly TokenRight[];
}

/** The person at this computer, through the app or a command that works in process. */
export const LOCAL: Principal = {
  tokenId: null,
  name: "this computer",
  profileId: null,
  rights: ALL_RIGHTS,
};

/** A stored token, without what would open anything. */
export interface TokenRow {
  id: string;
  name: string;
  tokenHash: string;
  hint: string;
  profileId: string | null;
  rights: TokenRight[];
  createdAt: number;
  lastUsedAt: number | null;
}

export interface TokenStore {
  list(): TokenRow[];
  insert(row: TokenRow): void;
  /** @returns whether there was one */
  delete(id: string): boolean;
  touch(lastUsed: ReadonlyMap<string, number>): void;
}

const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");

/**
 * Access tokens. Only hashes are stored; they are looked up by hash, so that no comparison can tell
 * by its time how close a guess came.
 */
export class Tokens {
  readonly #store: TokenStore;
  readonly #profileSlug: (profileId: string) => string | null;
  readonly #byHash = new Map<string, Principal>();
  readonly #used = new Map<string, number>();
  readonly #log: Log;
  readonly #writer: NodeJS.Timeout;

  constructor(options: {
    store: TokenStore;
    profileSlug: (profileId: string) => string | null;
    /** A token that carries every right, from the environment; never stored. */
    admin: string | null;
    log: Log;
  }) {
    this.#store = options.store;
    this.#log = options.log;
    this.#profileSlug = options.profileSlug;
    for (const row of options.store.list()) this.#remember(row);
    if (options.admin !== null) {
      this.#byHash.set(hashOf(options.admin), principal("environment", "MCPGATEWAY_BEARER_TOKEN"));
    }
    this.#writer = setInterval(() => this.flush(), WRITE_BEHIND_MS);
    this.#writer.unref();
  }

  /**
   * @returns null where no token is given
   * @throws GatewayError token_unknown
   */
  authenticate(authorization: string | undefined): Principal | null {
    if (authorization === undefined) return null;
    const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
    const found = token === undefined ? undefined : this.#byHash.get(hashOf(token));
    if (!found) throw new GatewayError("token_unknown");
    if (found.tokenId !== null) this.#used.set(found.tokenId, Date.now());
    return found;
  }

  list(): TokenView[] {
    return this.#store.list().map((row) => this.#view(row));
  }

  /** What a token is called, also one that is not stored; null where it is gone. */
  nameOf(tokenId: string): string | null {
    for (const found of this.#byHash.values()) if (found.tokenId === tokenId) return found.name;
    return null;
  }

  create(wanted: {
    name: string;
    profileId: string | null;
    rights: readonly TokenRight[];
  }): TokenView & { token: string } {
    const token = PREFIX + randomBytes(TOKEN_BYTES).toString("base64url");
    const row: TokenRow = {
      id: randomUUID(),
      name: wanted.name,
      tokenHash: hashOf(token),
      hint: token.slice(-HINT_LENGTH),
      profileId: wanted.profileId,
      rights: [...new Set(wanted.rights)],
      createdAt: Date.now(),
      lastUsedAt: null,
    };
    this.#store.insert(row);
    this.#remember(row);
    return { ...this.#view(row), token };
  }

  /** For programs of ours: gone when this process ends. Without a profile it has every right. */
  createTemporary(name: string, profileId: string | null): string {
    const token = PREFIX + randomBytes(TOKEN_BYTES).toString("base64url");
    const rights: readonly TokenRight[] = profileId === null ? ALL_RIGHTS : ["use"];
    this.#byHash.set(hashOf(token), { tokenId: randomUUID(), name, profileId, rights });
    return token;
  }

  /** By id or by name. @returns the id. @throws GatewayError token_not_found, validation_failed */
  revoke(token: string): string {
    const rows = this.#store.list();
    const named = rows.filter((row) => row.name === token);
    if (named.length > 1) {
      const detail = `${named.length} tokens are named “${token}”; name the one to revoke by its id.`;
      throw new GatewayError("validation_failed", { detail });
    }
    const row = rows.find(({ id }) => id === token) ?? named[0];
    if (!row || !this.#store.delete(row.id)) {
      throw new GatewayError("token_not_found", { token: token.slice(0, 200) });
    }
    this.#byHash.delete(row.tokenHash);
    this.#used.delete(row.id);
    return row.id;
  }

  /** Forgets the tokens of a profile that is gone. @returns their ids */
  forgetProfile(profileId: string): string[] {
    const gone = [...this.#byHash].filter(([, found]) => found.profileId === profileId);
    for (const [hash] of gone) this.#byHash.delete(hash);
    return gone.flatMap(([, { tokenId }]) => (tokenId === null ? [] : [tokenId]));
  }

  /** Writes when tokens were last used; called every half minute, and at the end. */
  flush(): void {
    if (this.#used.size === 0) return;
    try {
      this.#store.touch(this.#used);
      this.#used.clear();
    } catch (error) {
      // Such as a full disk. When a token was last used is worth no more than another try.
      this.#log.error("the use of tokens could not be written", { error: String(error) });
    }
  }

  close(): void {
    clearInterval(this.#writer);
    this.flush();
  }

  #remember(row: TokenRow): void {
    const { id, name, profileId, rights } = row;
    this.#byHash.set(row.tokenHash, { tokenId: id, name, profileId, rights });
  }

  #view(row: TokenRow): TokenView {
    return {
      id: row.id,
      name: row.name,
      hint: `${PREFIX}…${row.hint}`,
      profile: row.profileId === null ? null : this.#profileSlug(row.profileId),
      rights: row.rights,
      createdAt: row.createdAt,
      lastUsedAt: this.#used.get(row.id) ?? row.lastUsedAt,
    };
  }
}

const principal = (tokenId: string, name: string): Principal => ({
  tokenId,
  name,
  profileId: null,
  rights: ALL_RIGHTS,
});
