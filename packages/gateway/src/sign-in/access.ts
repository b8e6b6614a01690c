import { GatewayError } from "@local-mcp/contract";
import { type AccessRefusal, atMost, type Authorization, type Log } from "@local-mcp/engine";
import { wrongAnswer } from "./authorization-answer.ts";
import { Pause } from "./pause.ts";
import { Lifetime } from "./lifetime.ts";
import type { TokenAnswer } from "./sign-in-types.ts";
import {
  isDamaged,
  type NewTokens,
  type OpenTokens,
  scopesIn,
  type TokenFacts,
} from "./token-store.ts";

/** How long a call waits for access to be renewed while that fails, ms. */
const PATIENCE_MS = 15_000;
/** Between tries to renew, ms; the last one again and again. */
const WAITS_MS = [250, 500, 1000, 2000, 4000, 8000, 15_000, 30_000, 60_000];
/** Renewing ahead is not tried sooner than this after the last time, however short access is, ms. */
const SOONEST_MS = 500;
/** Scopes that a server can have asked for beyond what was granted. */
const MOST_WANTED = 100;
/** A server that refuses what is given for it again and again will not take the next one either. */
const MOST_REFUSED_FRESH = 2;
/** How long the end of the gateway waits for an answer that holds a new refresh token, ms. */
const LAST_ANSWER_MS = 3000;

export interface AccessOptions {
  /** Name of the server, as people know it. */
  server: () => string;
  /** Of the server's URL; tokens for another one are not sent to it. */
  origin: () => string;
  /** Resolves when tokens can be opened. @throws GatewayError vault_… */
  ready: () => Promise<void>;
  facts: () => TokenFacts | null;
  /** @throws GatewayError vault_…, secret_damaged */
  open: () => OpenTokens | null;
  /** Has them stored when it returns. */
  save: (tokens: NewTokens) => TokenFacts;
  want: (id: string, scopes: readonly string[]) => void;
  refuse: (id: string, refusal: string) => void;
  /**
   * Asks the authorization server that gave the tokens for new ones.
   * @throws GatewayError sign_in_refused for good, any other where it may work later
   */
  refresh: (facts: TokenFacts, refreshToken: string) => Promise<TokenAnswer>;
  /** Whether the gateway signs in by itself, and no person. */
  isOwn: () => boolean;
  /** Asks for access with the gateway's own credentials. @throws GatewayError as `refresh` */
  obtain: (scopes: readonly string[]) => Promise<NewTokens>;
  /** Whether anybody uses the server, so that it is worth renewing access before it is asked for. */
  isWanted: () => boolean;
  /** What is known of it is not what it was. */
  onChange: () => void;
  log: Log;
}

/**
 * Access to one server: hands out the token of its sign-in, and renews it ahead of its end and when
 * the server refuses it. However many ask, it is renewed once, and what comes is stored before it
 * is used.
 */
export class Access implements Authorization {
  readonly #options: AccessOptions;
  readonly #pause = new Pause();
  readonly #lifetime = new Lifetime();
  #facts: TokenFacts | null = null;
  #tokens: OpenTokens | null = null;
  #isLoaded = false;
  /** The tries to renew that are under way, and since when. */
  #renewal: { since: number; done: Promise<void> } | null = null;
  /** The request for new tokens that is under way. */
  #request: Promise<unknown> | null = null;
  /** Why renewing has not worked yet. */
  #problem: GatewayError | null = null;
  /** Why the gateway's own credentials were refused. */
  #refusal: GatewayError | null = null;
  #challenge: Readonly<Record<string, string>> = {};
  #timer: NodeJS.Timeout | undefined;
  /** What was given and could not be stored yet. */
  #unsaved: NewTokens | null = null;
  /** How often in a row access was refused that had been given just before. */
  #refusedFresh = 0;
  /** Grows with each change of tokens; what was asked for those before it is void. */
  #generation = 0;
  #isClosed = false;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** What the server said when it last refused a request. */
  get challenge(): Readonly<Record<string, string>> {
    return this.#challenge;
  }

  get isRefreshing(): boolean {
    return this.#request !== null;
  }

  /** Why renewing has not worked yet; null where nothing is wrong. */
  get problem(): GatewayError | null {
    return this.#problem;
  }

  /** Why the gateway's own credentials were refused; null where they were not. */
  get refusal(): GatewayError | null {
    return this.#refusal;
  }

  async header(): Promise<string | null> {
    await this.#load();
    if (this.#unsaved !== null) this.#store(this.#unsaved);
    // In this order: every request comes by here, and who signs in is read from the configuration.
    if (this.#lifetime.isEnding && this.#mayRenew) {
      const renewal = this.#renew();
      if (this.#lifetime.isOver) await this.#patience(renewal);
    }
    return this.#header;
  }

  async refused({ status, used, challenge }: AccessRefusal): Promise<boolean> {
    this.#challenge = challenge;
    await this.#load();
    if (status === 403) return this.#onScopeMissing(scopesIn(challenge.scope));
    const current = this.#header;
    if (current === null) return this.#options.isOwn() && this.#renewed(null);
    if (used !== current) return true;
    const { isFresh } = this.#lifetime;
    this.#refusedFresh = isFresh ? this.#refusedFresh + 1 : 0;
    if (this.#refusedFresh >= MOST_REFUSED_FRESH || (isFresh && !this.#mayRenew)) {
      this.#giveUp("the server does not accept the access that was given for it.");
      return false;
    }
    if (!this.#mayRenew) {
      this.#giveUp("access has ended, and nothing was given to renew it with.");
      return false;
    }
    return this.#renewed(current);
  }

  /**
   * Takes what a sign-in brought; it is stored when this returns.
   *
   * @throws GatewayError sign_in_wrong_answer where it is for another address; vault_…
   */
  accept(tokens: NewTokens): void {
    if (!isOf(this.#options.origin(), tokens.audience)) {
      throw wrongAnswer(this.#options.server(), "the server is at another address now.");
    }
    this.#facts = this.#options.save(tokens);
    this.#unsaved = null;
    this.#use(tokens);
    this.#options.onChange();
  }

  /** Asks for access at once, where the gateway signs in by itself. @throws GatewayError */
  async signIn(): Promise<void> {
    await this.#load();
    await this.#options.ready();
    this.#refusal = null;
    await this.#ask();
  }

  /** Others are stored now, which another gateway was given. */
  renewedElsewhere(): void {
    const facts = this.#options.facts();
    const tokens = facts && this.#opened(facts);
    if (!facts || !tokens) return this.reset();
    this.#facts = facts;
    this.#unsaved = null;
    this.#use({ ...facts, ...tokens });
    // How old they are is known to whoever asked for them.
    this.#lifetime.recall(facts.expiresAt);
    this.#options.onChange();
  }

  /** There are none any more, or others. */
  reset(): void {
    this.#generation += 1;
    this.#isLoaded = false;
    this.#facts = null;
    this.#tokens = null;
    this.#unsaved = null;
    this.#problem = null;
    this.#refusal = null;
    clearTimeout(this.#timer);
    this.#pause.end();
    this.#options.onChange();
  }

  /** Resolves when no answer is awaited any more that could hold a new refresh token. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#pause.end();
    // Why it failed has been told to whoever asked.
    const answered = this.#request?.catch(() => {}) ?? Promise.resolve();
    await atMost(LAST_ANSWER_MS, answered);
    if (this.#unsaved !== null) this.#store(this.#unsaved);
  }

  /** Null where there is nothing that this server may see. */
  get #header(): string | null {
    if (this.#tokens === null || this.#facts?.refusal !== null) return null;
    return `Bearer ${this.#tokens.accessToken}`;
  }

  get #mayRenew(): boolean {
    if (this.#isClosed) return false;
    if (this.#header === null) return false;
    return (this.#tokens?.refreshToken ?? null) !== null || this.#options.isOwn();
  }

  async #load(): Promise<void> {
    if (this.#isLoaded) return;
    const facts = this.#options.facts();
    if (facts !== null) await this.#options.ready();
    // Another caller may have been quicker.
    if (this.#isLoaded) return;
    if (facts !== null) {
      this.#facts = facts;
      this.#tokens = this.#opened(facts);
      this.#lifetime.recall(facts.expiresAt);
      this.#plan();
    }
    this.#isLoaded = true;
  }

  /** What is stored; null where it is of no use for this server, which is said. */
  #opened(facts: TokenFacts): OpenTokens | null {
    if (facts.refusal !== null) return null;
    try {
      if (isOf(this.#options.origin(), facts.audience)) return this.#options.open();
      this.#giveUp("what is stored of it is for another address.");
    } catch (error) {
      if (!isDamaged(error)) throw error;
      this.#giveUp("what is stored of it was changed or damaged.");
    }
    return null;
  }

  /** Renews, and says whether there is something else to show than before. */
  async #renewed(before: string | null): Promise<boolean> {
    await this.#patience(this.#renew());
    if (this.#header !== before && this.#header !== null) return true;
    if (this.#refusal !== null || (this.#facts?.refusal ?? null) !== null) return false;
    const reason = this.#problem?.message ?? "it takes too long.";
    throw new GatewayError("sign_in_not_renewed", { server: this.#options.server(), reason });
  }

  /** What is tried for long already is not waited for: whoever asks learns why at once. */
  async #patience({ since, done }: { since: number; done: Promise<void> }): Promise<void> {
    const left = since + PATIENCE_MS - performance.now();
    if (left <= 0) return;
    await atMost(left, done);
  }

  #renew(): { since: number; done: Promise<void> } {
    this.#renewal ??= {
      since: performance.now(),
      done: this.#tryUntilDone().finally(() => {
        this.#renewal = null;
      }),
    };
    return this.#renewal;
  }

  async #tryUntilDone(): Promise<void> {
    const generation = this.#generation;
    for (let tries = 0; !this.#isClosed && generation === this.#generation; tries += 1) {
      try {
        await this.#ask();
        return;
      } catch (error) {
        if (generation !== this.#generation || !this.#mayTryAgain(error)) return;
      }
      await this.#pause.for(WAITS_MS[Math.min(tries, WAITS_MS.length - 1)] ?? 0);
    }
  }

  #mayTryAgain(error: unknown): boolean {
    const problem =
      error instanceof GatewayError ? error : new GatewayError("internal", {}, { cause: error });
    const { server, log, onChange } = this.#options;
    log.warn("access could not be renewed", { server: server(), reason: problem.message });
    if (problem.code !== "sign_in_refused") {
      this.#problem = problem;
      onChange();
      return true;
    }
    if (this.#options.isOwn()) this.#refusal = problem;
    this.#giveUp(`${problem.params.host} refused to renew it: ${problem.params.reason}`);
    return false;
  }

  /** One request for new tokens. What comes is stored before it is used. */
  async #ask(): Promise<void> {
    const { isOwn, refresh, obtain } = this.#options;
    const generation = this.#generation;
    const facts = this.#facts;
    const refreshToken = this.#tokens?.refreshToken ?? null;
    let asked: Promise<NewTokens>;
    if (isOwn()) asked = obtain(facts === null ? [] : [...facts.scopes, ...facts.wanted]);
    else if (facts === null || refreshToken === null) return;
    else
      asked = refresh(facts, refreshToken).then((answer) => renewed(facts, refreshToken, answer));
    this.#request = asked.then((tokens) => this.#keep(generation, tokens));
    this.#options.onChange();
    try {
      await this.#request;
    } finally {
      this.#request = null;
      this.#options.onChange();
    }
  }

  #keep(generation: number, tokens: NewTokens): void {
    // Signed out, or in anew, while the answer was on its way.
    if (generation !== this.#generation) return;
    this.#store(tokens);
    this.#use(tokens);
  }

  /** What cannot be stored is still all that works, and is tried to be stored whenever it is used. */
  #store(tokens: NewTokens): void {
    try {
      this.#facts = this.#options.save(tokens);
      this.#unsaved = null;
    } catch (error) {
      this.#unsaved = tokens;
      const { server, log } = this.#options;
      log.error("renewed access could not be stored", { server: server(), error: String(error) });
    }
  }

  #use({ accessToken, refreshToken, expiresAt }: NewTokens): void {
    this.#generation += 1;
    this.#tokens = { accessToken, refreshToken };
    this.#isLoaded = true;
    this.#problem = null;
    this.#refusal = null;
    this.#lifetime.begin(expiresAt);
    this.#plan();
  }

  /** Renews ahead of the end, while somebody uses the server. */
  #plan(): void {
    clearTimeout(this.#timer);
    const inMs = this.#lifetime.endsSoonIn;
    if (inMs === null || this.#isClosed) return;
    this.#timer = setTimeout(
      () => {
        // A clock that was set back has made it longer.
        if (!this.#lifetime.isEnding) this.#plan();
        else if (this.#mayRenew && this.#options.isWanted()) this.#renew();
      },
      Math.max(inMs, SOONEST_MS),
    );
    this.#timer.unref();
  }

  #giveUp(refusal: string): void {
    this.#problem = null;
    const facts = this.#facts;
    if (facts !== null) {
      this.#options.refuse(facts.id, refusal);
      this.#facts = { ...facts, refusal, canRefresh: false };
    }
    this.#options.onChange();
  }

  /** More scopes than were granted take a person, but where the gateway signs in by itself. */
  async #onScopeMissing(scopes: readonly string[]): Promise<boolean> {
    const facts = this.#facts;
    if (facts === null) return false;
    const wanted = [...new Set([...facts.wanted, ...scopes])]
      .filter((scope) => !facts.scopes.includes(scope))
      .slice(0, MOST_WANTED);
    if (wanted.length === 0) return false;
    const isNew = wanted.length > facts.wanted.length;
    if (isNew) {
      this.#options.want(facts.id, wanted);
      this.#facts = { ...facts, wanted };
      this.#options.onChange();
    }
    if (!this.#options.isOwn() || !isNew) return false;
    const before = this.#header;
    await this.#patience(this.#renew());
    return this.#header !== before;
  }
}

/** Whether tokens for an audience are for a server at that origin. */
export const isOf = (origin: string, audience: string | null): boolean =>
  audience !== null && URL.canParse(audience) && new URL(audience).origin === origin;

/** A refresh token that is not replaced stays in use (RFC 6749, 6), and so do scopes. */
export const renewed = (
  facts: TokenFacts,
  refreshToken: string,
  answer: TokenAnswer,
): NewTokens => ({
  issuer: facts.issuer,
  audience: facts.audience,
  clientId: facts.clientId,
  account: answer.account ?? facts.account,
  scopes: answer.scope === null ? facts.scopes : scopesIn(answer.scope),
  expiresAt: answer.expiresAt,
  accessToken: answer.accessToken,
  refreshToken: answer.refreshToken ?? refreshToken,
});
