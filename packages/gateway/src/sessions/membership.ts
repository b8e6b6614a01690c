import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import { isRefusal, type JoinedMember, type SharedStore } from "@local-mcp/sessions";
import type { Vault } from "@local-mcp/vault";

/** Whoever joins and whoever changes the configuration have to wait for each other. */
const CONFIGURATION = "configuration";
/** How soon a store that let this gateway not in is asked again, ms. */
const LOOK_AGAIN_MS = 500;

export interface MembershipOptions {
  shared: SharedStore;
  vault: Vault;
  configurationHash: () => string;
  /** Takes over what others have stored that decides who is let in. */
  catchUp: () => Promise<void>;
  /** Others came meanwhile that this gateway does not go together with: it may not go on. */
  onRefused: (error: GatewayError) => void;
  /** Told now and then who lives, this gateway too. */
  onMembers: (members: JoinedMember[]) => void;
  log: Log;
}

/**
 * This gateway among those that share a session store. It is let in only with their key and their
 * configuration, and changes the configuration only while it is alone.
 */
export class Membership {
  readonly id = randomUUID();
  readonly #options: MembershipOptions;
  #isJoined = false;
  #again: NodeJS.Timeout | undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /**
   * @throws GatewayError session_store_other_key, session_store_other_configuration,
   * session_store_unreachable, session_store_busy; vault_… where there are others, and what they
   * seal could not be opened
   */
  async join(): Promise<void> {
    if (this.#isJoined) return;
    const locked = await this.#options.vault.ready({ create: true }).then(
      () => null,
      (error: unknown) => error,
    );
    const seen = new Map<string, number>();
    for (;;) {
      try {
        return await this.#enter(locked);
      } catch (error) {
        // Who was killed a moment ago is still among the members, and keeps nobody out for good.
        if (!(await this.#mayBeGone(seen))) throw error;
      }
      await sleep(LOOK_AGAIN_MS);
    }
  }

  async leave(): Promise<void> {
    if (!this.#isJoined) return;
    this.#isJoined = false;
    clearTimeout(this.#again);
    try {
      await this.#options.shared.leave();
    } catch (error) {
      // It is forgotten there by itself in a moment.
      this.#options.log.warn("the session store could not be left", { error: String(error) });
    }
  }

  /**
   * Carries out a change of the configuration, which may change what others have to have too.
   *
   * @throws GatewayError configuration_shared, session_store_unreachable, session_store_busy
   */
  async change<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#isJoined) return work();
    const { shared } = this.#options;
    return shared.exclusively(CONFIGURATION, async () => {
      const others = await this.others();
      if (others.length > 0) {
        throw new GatewayError("configuration_shared", { others: others.join(", ") });
      }
      try {
        return await work();
      } finally {
        await this.#renew();
      }
    });
  }

  /** The names of the others that live, oldest first. @throws GatewayError session_store_unreachable */
  async others(): Promise<string[]> {
    const members = await this.#options.shared.members();
    return members.filter(({ id }) => id !== this.id).map(({ name }) => name);
  }

  async #enter(locked: unknown): Promise<void> {
    const { shared, catchUp } = this.#options;
    await shared.exclusively(CONFIGURATION, async () => {
      if (locked === null) await catchUp();
      else if ((await shared.members()).length > 0) throw locked;
      await this.#joinAsIs();
      this.#isJoined = true;
    });
  }

  /** Whether there are others, none of whom has been heard of since `seen` was begun. */
  async #mayBeGone(seen: Map<string, number>): Promise<boolean> {
    const members = await this.#options.shared.members();
    const isHeardOf = members.some(({ id, seenAt }) => seenAt > (seen.get(id) ?? seenAt));
    for (const { id, seenAt } of members) if (!seen.has(id)) seen.set(id, seenAt);
    return members.length > 0 && !isHeardOf;
  }

  /** Lets the store know what is configured now, at once or as soon as it can be told. */
  async #renew(): Promise<void> {
    // A change may have been a restore, which has closed all that this belongs to.
    if (!this.#isJoined) return;
    clearTimeout(this.#again);
    const { shared, onRefused, log } = this.#options;
    try {
      await shared.leave();
      if (this.#isJoined) await this.#joinAsIs();
    } catch (error) {
      log.error("the session store does not know what is configured", { error: String(error) });
      if (isRefusal(error)) return onRefused(error);
      this.#renewLater();
    }
  }

  #renewLater(): void {
    if (!this.#isJoined) return;
    this.#again = setTimeout(() => {
      const renewing = this.#options.shared.exclusively(CONFIGURATION, () => this.#renew());
      renewing.catch(() => this.#renewLater());
    }, LOOK_AGAIN_MS);
    this.#again.unref();
  }

  async #joinAsIs(): Promise<void> {
    const { shared, onRefused, onMembers } = this.#options;
    await shared.join(this.#self(), { onRefused, onMembers });
  }

  #self() {
    const { vault, configurationHash } = this.#options;
    return {
      id: this.id,
      name: `${hostname()}:${process.pid}`,
      keyId: vault.key()?.id ?? null,
      configurationHash: configurationHash(),
    };
  }
}
