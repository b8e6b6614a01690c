import type { ServerRow } from "@local-mcp/database";
import type { Engine, Log } from "@local-mcp/engine";
import type { Vault } from "@local-mcp/vault";
import type { Audit } from "../audit/audit.ts";
import { GATEWAY } from "../audit/note.ts";
import type { Stores } from "../stores.ts";
import { Access, renewed } from "./access.ts";
import type { Grants } from "./grants.ts";
import type { SharedTokens } from "./shared-tokens.ts";
import type { TokenAnswer } from "./sign-in-types.ts";
import type { TokenFacts, TokenStore } from "./token-store.ts";
import { originOf, signsIn } from "./who-signs-in.ts";

export interface AccessesOptions {
  stores: Stores;
  tokens: TokenStore;
  grants: Grants;
  /** Null where no other gateway can have the same sign-ins. */
  shared: SharedTokens | null;
  vault: Vault;
  engine: () => Engine;
  audit: Audit;
  onChange: (serverId: string) => void;
  log: Log;
}

/** The access to each server, as its configuration and what is stored of it have it. */
export class Accesses {
  readonly #options: AccessesOptions;
  readonly #all = new Map<string, Access>();

  constructor(options: AccessesOptions) {
    this.#options = options;
  }

  /** Undefined where nobody has asked for it yet. */
  known(serverId: string): Access | undefined {
    return this.#all.get(serverId);
  }

  of(serverId: string): Access {
    const access = this.#all.get(serverId) ?? this.#made(serverId);
    this.#all.set(serverId, access);
    return access;
  }

  async remove(serverId: string): Promise<void> {
    await this.#all.get(serverId)?.close();
    this.#all.delete(serverId);
  }

  /** Lets go of tokens that are not stored any more. */
  resetLost(): void {
    for (const [serverId, access] of this.#all) {
      if (this.#options.tokens.facts(serverId) === null) access.reset();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all.values()].map((access) => access.close()));
  }

  #made(serverId: string): Access {
    const { stores, tokens, grants, vault, engine, audit, onChange, log } = this.#options;
    const row = (): ServerRow | undefined => stores.servers.get(serverId);
    const owner = (): string => row()?.name ?? "a server";
    const access: Access = new Access({
      server: owner,
      origin: () => originOf(row()),
      ready: () => vault.ready({ create: true }),
      facts: () => tokens.facts(serverId),
      open: () => tokens.open(serverId, owner()),
      save: (given) => tokens.save(serverId, owner(), given),
      want: (id, scopes) => tokens.want(id, scopes),
      refuse: (id, refusal) => {
        const lost = this.#openOrNull(serverId, owner());
        tokens.refuse(id, refusal, Date.now());
        if (lost !== null) void this.#options.shared?.lost(serverId, refusal, lost);
        audit.record(GATEWAY, {
          action: "sign_in.lost",
          subject: { kind: "server", id: serverId, name: owner() },
          detail: {},
        });
        // Nobody may call it for hours, and until then it would be said to be ready.
        engine().upstream(serverId)?.recheck("sign_in");
      },
      refresh: (facts, refreshToken) => this.#refresh(serverId, owner(), facts, refreshToken),
      obtain: (wanted) => grants.obtain(serverId, access.challenge, wanted),
      isOwn: () => signsIn(row()?.config) === "gateway",
      isWanted: () => engine().upstream(serverId)?.observation.state !== "off",
      onChange: () => onChange(serverId),
      log,
    });
    return access;
  }

  async #refresh(
    serverId: string,
    server: string,
    facts: TokenFacts,
    refreshToken: string,
  ): Promise<TokenAnswer> {
    const { grants, shared } = this.#options;
    const ask = (): Promise<TokenAnswer> => grants.refresh(serverId, facts, refreshToken);
    if (shared === null) return ask();
    const held = { server, issuer: facts.issuer, refreshToken };
    const { scopes, ...tokens } = await shared.refresh(serverId, held, async () =>
      renewed(facts, refreshToken, await ask()),
    );
    return { ...tokens, scope: scopes.join(" ") };
  }

  /** The access token that is stored; null where there is none that can be read. */
  #openOrNull(serverId: string, owner: string): string | null {
    try {
      return this.#options.tokens.open(serverId, owner)?.accessToken ?? null;
    } catch {
      return null;
    }
  }
}
