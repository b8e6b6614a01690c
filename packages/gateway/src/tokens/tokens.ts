import { hash, randomBytes, randomUUID } from "node:crypto";
import { GatewayError, type TokenRight, type TokenView } from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import type { FailedTokens } from "./failed-tokens.ts";
import type { GivenCredentials } from "./given-credentials.ts";
import { ALL_RIGHTS, type Principal } from "./principal.ts";

export { LOCAL, type Principal } from "./principal.ts";

const PREFIX = "lmg_";
const TOKEN_BYTES = 32;
const HINT_LENGTH = 4;
/** How long "last used" may be kept in memory before it is written, ms. */
const WRITE_BEHIND_MS = 30_000;
/** A temporary token that nobody has used for so long is forgotten, ms. */
const TEMPORARY_IDLE_MS = 24 * 3_600_000;

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

interface TokenStore {
  list(): TokenRow[];
  insert(row: TokenRow): void;
  /** @returns whether there was one */
  delete(id: string): boolean;
  touch(lastUsed: ReadonlyMap<string, number>): void;
}

export interface TokensOptions extends GivenCredentials {
  store: TokenStore;
  profileSlug: (profileId: string) => string | null;
  failed: FailedTokens;
  /** Whether something that was opened with the token is still open. */
  isInUse: (tokenId: string) => boolean;
  log: Log;
}

interface Known {
  principal: Principal & { tokenId: string };
  isStored: boolean;
  /** When it was last used, ms; null where it is not forgotten when nobody uses it. */
  idleSince: number | null;
}

/** A token that nobody can guess: 256 random bits. */
export const newToken = (): string => PREFIX + randomBytes(TOKEN_BYTES).toString("base64url");

const hashOf = (token: string): string => hash("sha256", token);

/**
 * Who somebody is, by what they send. Of the tokens that are made here only hashes are stored; they
 * are looked up by hash, so that no comparison can tell by its time how close a guess came. What
 * comes from the environment is compared by its digest, in constant time.
 */
export class Tokens {
  readonly #options: TokensOptions;
  readonly #byHash = new Map<string, Known>();
  /** When stored tokens were last used, as far as that is not written yet. */
  readonly #used = new Map<string, number>();
  readonly #revoked = new WeakSet<Principal>();
  readonly #writer: NodeJS.Timeout;

  constructor(options: TokensOptions) {
    this.#options = options;
    for (const row of options.store.list()) this.#remember(row);
    this.#writer = setInterval(() => {
      this.flush();
      this.#forgetIdle();
    }, WRITE_BEHIND_MS);
    this.#writer.unref();
  }

  /**
   * @param authorization the header of that name
   * @param address where the request comes from
   * @returns null where nothing is sent
   * @throws GatewayError token_unknown, token_refused, too_many_failures
   */
  async authenticate(
    authorization: string | undefined,
    address: string,
  ): Promise<Principal | null> {
    if (authorization === undefined) return null;
    const [, scheme = "", value = ""] = /^(Bearer|Basic) +(\S+) *$/i.exec(authorization) ?? [];
    const isBearer = scheme.toLowerCase() === "bearer";
    const known = isBearer ? this.#find(value) : null;
    if (known) return known;
    const { basic, signed, failed } = this.#options;
    // A signature cannot be guessed. A password can, so that even the right one has to wait; whoever
    // comes through the same proxy as the one who guesses had better have a token.
    if (!isBearer) failed.check(address);
    try {
      const found = isBearer ? await signed?.verify(value) : basic?.verify(value);
      if (!found) throw new GatewayError("token_unknown");
      return found;
    } catch (error) {
      failed.check(address);
      failed.add(address);
      throw error;
    }
  }

  /** Whether that has come to an end since it was authenticated. */
  isRevoked(principal: Principal): boolean {
    return this.#revoked.has(principal);
  }

  list(): TokenView[] {
    return this.#options.store.list().map((row) => this.#view(row));
  }

  /** What the owner of a session or call is called; null where a token is gone. */
  nameOf(owner: string): string | null {
    if (/^(basic|jwt):/.test(owner)) return owner;
    const known = [...this.#byHash.values(), ...(this.#options.admin ? [this.#options.admin] : [])];
    return known.find(({ principal }) => principal.tokenId === owner)?.principal.name ?? null;
  }

  create(wanted: {
    name: string;
    profileId: string | null;
    rights: readonly TokenRight[];
  }): TokenView & { token: string } {
    const token = newToken();
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
    this.#options.store.insert(row);
    this.#remember(row);
    return { ...this.#view(row), token };
  }

  /** The token of the command line: every right, until this process ends. */
  knowCommandLine(token: string): void {
    const principal = { kind: "cli", name: "command line", profileId: null } as const;
    this.#byHash.set(hashOf(token), {
      principal: { ...principal, tokenId: randomUUID(), rights: ALL_RIGHTS, expiresAt: null },
      isStored: false,
      idleSince: null,
    });
  }

  /**
   * For a bridge: one profile, until it is revoked, nobody has used it for a day, or this process
   * ends.
   */
  createTemporary(name: string, profileId: string): { id: string; token: string } {
    const token = newToken();
    const id = randomUUID();
    this.#byHash.set(hashOf(token), {
      principal: {
        kind: "token",
        tokenId: id,
        name,
        profileId,
        rights: ["use"],
        expiresAt: null,
      },
      isStored: false,
      idleSince: Date.now(),
    });
    return { id, token };
  }

  /**
   * By id or, where it is stored, by name.
   *
   * @returns the id
   * @throws GatewayError token_not_found, validation_failed
   */
  revoke(token: string): string {
    const rows = this.#options.store.list();
    const named = rows.filter((row) => row.name === token);
    if (named.length > 1) {
      const detail = `${named.length} tokens are named “${token}”; name the one to revoke by its id.`;
      throw new GatewayError("validation_failed", { detail });
    }
    const row = rows.find(({ id }) => id === token) ?? named[0];
    if (row) this.#options.store.delete(row.id);
    const id = row?.id ?? token;
    const isGone = this.#forgetWhere(({ principal }) => principal.tokenId === id).length > 0;
    if (!isGone) throw new GatewayError("token_not_found", { token: token.slice(0, 200) });
    return id;
  }

  /** One that was revoked at another gateway; nothing where it is not known. */
  forget(tokenId: string): void {
    this.#options.store.delete(tokenId);
    this.#forgetWhere(({ principal }) => principal.tokenId === tokenId);
  }

  /** Forgets the tokens of a profile that is gone. @returns their ids */
  forgetProfile(profileId: string): string[] {
    return this.#forgetWhere(({ principal }) => principal.profileId === profileId);
  }

  /** Writes when tokens were last used; called every half minute, and at the end. */
  flush(): void {
    if (this.#used.size === 0) return;
    try {
      this.#options.store.touch(this.#used);
      this.#used.clear();
    } catch (error) {
      // Such as a full disk. When a token was last used is worth no more than another try.
      this.#options.log.error("the use of tokens could not be written", { error: String(error) });
    }
  }

  close(): void {
    clearInterval(this.#writer);
    this.flush();
  }

  #find(token: string): Principal | null {
    const known = this.#byHash.get(hashOf(token));
    if (known === undefined) {
      const { admin } = this.#options;
      return admin?.secret.matches(token) === true ? admin.principal : null;
    }
    const now = Date.now();
    if (known.isStored) this.#used.set(known.principal.tokenId, now);
    if (known.idleSince !== null) known.idleSince = now;
    return known.principal;
  }

  #forgetIdle(): void {
    const before = Date.now() - TEMPORARY_IDLE_MS;
    this.#forgetWhere(
      ({ idleSince, principal }) =>
        idleSince !== null && idleSince < before && !this.#options.isInUse(principal.tokenId),
    );
  }

  #forgetWhere(isGone: (known: Known) => boolean): string[] {
    const gone = [...this.#byHash].filter(([, known]) => isGone(known));
    return gone.map(([hash, { principal }]) => {
      this.#byHash.delete(hash);
      this.#revoked.add(principal);
      this.#used.delete(principal.tokenId);
      return principal.tokenId;
    });
  }

  #remember({ tokenHash, id, name, profileId, rights }: TokenRow): void {
    this.#byHash.set(tokenHash, {
      principal: { kind: "token", tokenId: id, name, profileId, rights, expiresAt: null },
      isStored: true,
      idleSince: null,
    });
  }

  #view(row: TokenRow): TokenView {
    return {
      id: row.id,
      name: row.name,
      hint: `${PREFIX}…${row.hint}`,
      profile: row.profileId === null ? null : this.#options.profileSlug(row.profileId),
      rights: row.rights,
      createdAt: row.createdAt,
      lastUsedAt: this.#used.get(row.id) ?? row.lastUsedAt,
    };
  }
}
