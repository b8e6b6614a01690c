import { GatewayError, type SignInStarted, type SignInStatus } from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import type { StorageBackend } from "@local-mcp/sessions";
import {
  type Begun,
  beginInBrowser,
  beginOnDevice,
  contextOf,
  type OnFailed,
  type OnTokens,
  type SignInRequest,
} from "./begin-sign-in.ts";
import { BrowserSignIn } from "./browser-sign-in.ts";
import { type After, CallbackListener } from "./callback-listener.ts";
import { DeviceSignIn } from "./device-sign-in.ts";
import {
  CANCELLED,
  DONE,
  failedWith,
  type OnTheWay,
  type Outcome,
  SignInUnderWay,
} from "./sign-in-under-way.ts";
import type { OAuthClient, TokenAnswer } from "./sign-in-types.ts";
import type { StoredSignIn } from "./stored-sign-in.ts";
import { StoredSignIns } from "./stored-sign-ins.ts";
import type { TokenContext } from "./token-requests.ts";

/** How long a person has, ms. */
const LIFETIME_MS = 10 * 60_000;
/** How long one question for the outcome is kept waiting, ms. */
const WAIT_MS = 20_000;
/** Of one server at once; an older one makes room. */
const MOST_AT_ONCE = 4;
/** For how long after its beginning it can be asked how one ended, ms. */
const REMEMBERED_MS = 20 * 60_000;
/** So many of those that are over. */
const MOST_REMEMBERED = 100;

const EXPIRED = failedWith(new GatewayError("sign_in_not_found"));

const later: After = (ms, run) => {
  const timer = setTimeout(run, ms);
  timer.unref();
  return () => clearTimeout(timer);
};

export interface UnderWayOptions {
  sessions: StorageBackend;
  now: () => number;
  /** One began, or ended. */
  onChange: (serverId: string) => void;
  log: Log;
  after?: After;
}

/** What a sign-in is finished with. */
export interface Recalled {
  /** Asked for when an answer came. @throws GatewayError */
  context: () => Promise<TokenContext>;
  onTokens: OnTokens;
  onFailed: OnFailed;
}

/** What is said of a sign-in to whoever waits for it. `waiting` with an error: try again. */
export interface Progress {
  state: Outcome["state"] | "waiting";
  error: GatewayError | null;
}
const WAITING: Progress = { state: "waiting", error: null };

/** The sign-ins that a person is on the way with. */
export class SignInsUnderWay {
  readonly #options: UnderWayOptions;
  readonly #after: After;
  readonly #stored: StoredSignIns;
  /** Those that are over too, for whoever asks how they ended. */
  readonly #runs = new Map<string, SignInUnderWay>();
  #isClosed = false;

  constructor(options: UnderWayOptions) {
    this.#options = options;
    this.#after = options.after ?? later;
    this.#stored = new StoredSignIns(options.sessions, options.log);
  }

  /**
   * Begins one. Nothing is opened or asked before there is a place to keep it in.
   *
   * @throws GatewayError vault_missing, vault_locked, sign_in_not_offered, sign_in_metadata,
   * sign_in_no_client, sign_in_refused, host_unreachable
   */
  async begin(request: SignInRequest): Promise<SignInStarted> {
    if (this.#isClosed) throw new GatewayError("shutting_down");
    this.#forgetOld();
    const { now } = this.#options;
    const { server, way } = request;
    const startedAt = now();
    const id = await this.#stored.reserve(server, startedAt, LIFETIME_MS);
    const run = this.#add(new SignInUnderWay({ id, serverId: server.id, way, startedAt }));
    // The one port there is belongs to the latest.
    if (way === "browser" && request.redirectPort !== null) await this.#makeRoom(run, 1);
    let begun: Begun | null = null;
    try {
      const times = { id, startedAt, endsAt: startedAt + LIFETIME_MS, now, after: this.#after };
      begun = await (way === "browser" ? beginInBrowser : beginOnDevice)(request, times);
      const { stored, listener, url, userCode } = begun;
      await this.#stored.put(stored);
      if (run.outcome !== null || this.#isClosed) throw new GatewayError("sign_in_not_found");
      const context = contextOf(request, stored.client, now);
      this.#go(run, stored, listener, { ...request, context: async () => context });
      void this.#makeRoom(run, MOST_AT_ONCE);
      const { host, client, scopes, endsAt } = stored;
      return { id, way, url, host, issuer: client.issuer, scopes, userCode, endsAt };
    } catch (error) {
      this.#runs.delete(id);
      await begun?.listener?.close();
      await this.#stored.remove(id);
      throw error;
    }
  }

  /**
   * Answers when the sign-in is over, and after 20 s at the latest.
   *
   * @throws GatewayError sign_in_not_found
   */
  async wait(serverId: string, id: string, signal?: AbortSignal): Promise<Progress> {
    const { whenOver } = this.#get(serverId, id);
    let stop = (): void => {};
    const waited = new Promise<null>((resolve) => {
      const giveUp = (): void => resolve(null);
      const cancel = this.#after(WAIT_MS, giveUp);
      signal?.addEventListener("abort", giveUp, { once: true });
      stop = () => {
        cancel();
        signal?.removeEventListener("abort", giveUp);
      };
      if (signal?.aborted) giveUp();
    });
    const outcome = await Promise.race([whenOver, waited]);
    stop();
    return outcome ?? WAITING;
  }

  /**
   * Takes the address at which a browser elsewhere ended up. What is not the answer leaves the
   * sign-in waiting, and the error says why.
   *
   * @throws GatewayError sign_in_not_found
   */
  async finish(serverId: string, id: string, address: string): Promise<Progress> {
    const run = this.#get(serverId, id);
    try {
      await run.onTheWay?.finish(address);
      return run.outcome ?? WAITING;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return run.outcome ?? { state: "waiting", error };
    }
  }

  /** Resolves when its port is free. @throws GatewayError sign_in_not_found */
  async cancel(serverId: string, id: string): Promise<void> {
    await this.#end(this.#get(serverId, id), CANCELLED);
  }

  /** Cancels all of a server that is changed, signed out of or removed. */
  async cancelAll(serverId: string): Promise<void> {
    await Promise.all(this.#underWay(serverId).map((run) => this.#end(run, CANCELLED)));
  }

  /** The latest of a server that waits for a person. */
  of(serverId: string): SignInStatus["waiting"] {
    return this.#underWay(serverId).findLast(({ waiting }) => waiting !== null)?.waiting ?? null;
  }

  /**
   * Goes on with what was under way before a restart, each at its port where that is free. What
   * `find` does not know is dropped. Can be called again, for example once the vault is open.
   *
   * @throws GatewayError vault_missing, vault_locked
   */
  async recall(find: (stored: StoredSignIn) => Recalled | null): Promise<void> {
    for (const id of await this.#stored.ids()) {
      if (this.#runs.has(id) || this.#isClosed) continue;
      const stored = await this.#stored.get(id);
      const found = stored && find(stored);
      if (stored && found) await this.#resume(stored, found);
      else await this.#stored.remove(id);
    }
  }

  /** Closes all that is open. What is under way can be recalled. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(
      [...this.#runs.values()].map(async (run) => {
        await run.onTheWay?.close();
        run.abandon();
      }),
    );
  }

  #get(serverId: string, id: string): SignInUnderWay {
    const run = this.#runs.get(id);
    if (run?.serverId !== serverId) throw new GatewayError("sign_in_not_found");
    return run;
  }

  #underWay(serverId: string): SignInUnderWay[] {
    return [...this.#runs.values()].filter(
      (run) => run.serverId === serverId && run.outcome === null,
    );
  }

  #add(run: SignInUnderWay): SignInUnderWay {
    this.#runs.set(run.id, run);
    return run;
  }

  /** A person may go, and the answer may come. */
  #go(
    run: SignInUnderWay,
    stored: StoredSignIn,
    listener: CallbackListener | null,
    found: Recalled,
  ): void {
    const { server, client, scopes, by, host, endsAt } = stored;
    const { log, onChange } = this.#options;
    const shared = {
      run,
      server: server.name,
      context: found.context,
      keep: (tokens: TokenAnswer, client: OAuthClient) => found.onTokens(tokens, client, scopes),
      log,
    };
    const spend = () => this.#stored.spend(run.id);
    const onTheWay: OnTheWay =
      by.way === "browser"
        ? new BrowserSignIn({ ...shared, ...by, issuer: client.issuer, listener, spend })
        : new DeviceSignIn({ ...shared, ...by, after: this.#after });
    run.go(host, endsAt, onTheWay);
    void this.#follow(run, stored, found);
    log.info("a sign-in began", { server: server.name, way: run.way, host });
    onChange(run.serverId);
  }

  async #end(run: SignInUnderWay, outcome: Outcome): Promise<void> {
    run.end(outcome);
    await this.#clear(run);
  }

  /** To its end, and what comes with it. */
  async #follow(run: SignInUnderWay, stored: StoredSignIn, found: Recalled): Promise<void> {
    const { now, log, onChange } = this.#options;
    const cancel = this.#after(Math.max(0, stored.endsAt - now()), () => run.end(EXPIRED));
    const outcome = await run.whenOver;
    cancel();
    if (outcome === null) return;
    const { state, error } = outcome;
    const reason = error?.code ?? null;
    log.info("a sign-in ended", { server: stored.server.name, state, reason });
    if (state === "done") {
      for (const other of this.#underWay(run.serverId)) other.end(DONE);
    }
    if (error !== null && error.code !== EXPIRED.error?.code) found.onFailed(error);
    onChange(run.serverId);
    await this.#clear(run);
  }

  async #clear(run: SignInUnderWay): Promise<void> {
    await run.onTheWay?.leave();
    try {
      await this.#stored.remove(run.id);
    } catch (error) {
      // It ends by itself.
      this.#options.log.error("a sign-in that is over could not be removed", {
        error: String(error),
      });
    }
  }

  /** Cancels the oldest of a server, so that there are `most` with this one. */
  async #makeRoom(run: SignInUnderWay, most: number): Promise<void> {
    const others = this.#underWay(run.serverId).filter((other) => other !== run);
    const surplus = others.slice(0, Math.max(0, others.length + 1 - most));
    await Promise.all(surplus.map((other) => this.#end(other, CANCELLED)));
  }

  #forgetOld(): void {
    const oldest = this.#options.now() - REMEMBERED_MS;
    const over = [...this.#runs.values()].filter(({ outcome }) => outcome !== null);
    for (const [at, { id, startedAt }] of over.entries()) {
      if (startedAt < oldest || at < over.length - MOST_REMEMBERED) this.#runs.delete(id);
    }
  }

  async #resume(stored: StoredSignIn, found: Recalled): Promise<void> {
    const { id, server, startedAt, by } = stored;
    const run = this.#add(new SignInUnderWay({ id, serverId: server.id, way: by.way, startedAt }));
    const listener = by.way === "browser" ? await this.#reopened(by.redirectUri) : null;
    if (this.#isClosed) await listener?.close();
    else this.#go(run, stored, listener, found);
  }

  async #reopened(redirectUri: string): Promise<CallbackListener | null> {
    try {
      return await CallbackListener.open([Number(new URL(redirectUri).port)], this.#after);
    } catch (error) {
      this.#options.log.warn("a sign-in's address cannot be had again", { error: String(error) });
      return null;
    }
  }
}
