import { randomUUID } from "node:crypto";
import {
  GatewayError,
  type SignedOut,
  type SignInProgress,
  type SignInStarted,
  type SignInStatus,
  type SignInWay,
} from "@local-mcp/contract";
import type { ServerRow } from "@local-mcp/database";
import type { Authorization, Engine, Log } from "@local-mcp/engine";
import type { StorageBackend } from "@local-mcp/sessions/server";
import type { Vault } from "@local-mcp/vault";
import type { Audit } from "../audit/audit.ts";
import { type AuditActor, GATEWAY } from "../audit/note.ts";
import { problemOf } from "../problem.ts";
import type { SignInFactsOfServer } from "../status/server-status.ts";
import type { Stores } from "../stores.ts";
import { isOf } from "./access.ts";
import { Accesses } from "./accesses.ts";
import { keepRegistration, preferredRedirectPort } from "./client.ts";
import { Grants, type GrantsOptions } from "./grants.ts";
import { Revocations } from "./revocations.ts";
import { selectScopes } from "./scopes.ts";
import { SharedTokens, type SharedTokensOptions } from "./shared-tokens.ts";
import { type SignInFacts, signInStatus } from "./sign-in-words.ts";
import type { OAuthClient, TokenAnswer } from "./sign-in-types.ts";
import { scopesIn, TokenStore } from "./token-store.ts";
import { SignInsUnderWay } from "./under-way.ts";
import { notAsked, notOffered, originOf, signsIn } from "./who-signs-in.ts";

export interface SignInsOptions extends Omit<GrantsOptions, "tokens"> {
  stores: Stores;
  vault: Vault;
  sessions: StorageBackend;
  /** What several gateways need to have the same sign-ins; null where there is only this one. */
  shared: Pick<SharedTokensOptions, "shared" | "selfId" | "tell"> | null;
  engine: () => Engine;
  audit: Audit;
  /** What is known of the sign-in at a server is not what it was. */
  onChange: (serverId: string) => void;
  log: Log;
}

/** Sign-ins at remote servers: who is signed in, who is on the way, and what access there is. */
export class SignIns {
  readonly #options: SignInsOptions;
  readonly #store: TokenStore;
  readonly #grants: Grants;
  readonly #underWay: SignInsUnderWay;
  readonly #accesses: Accesses;
  readonly #shared: SharedTokens | null;
  readonly #revocations: Revocations;
  /** Why the last try at a server came to nothing. */
  readonly #refusals = new Map<string, GatewayError>();
  /** Of each server, which try is the latest. */
  readonly #turns = new Map<string, number>();

  constructor(options: SignInsOptions) {
    const { stores, vault, sessions, onChange, log } = options;
    this.#options = options;
    this.#store = new TokenStore(stores, vault);
    this.#grants = new Grants({ ...options, tokens: this.#store });
    this.#shared =
      options.shared &&
      new SharedTokens({
        ...options,
        ...options.shared,
        tokens: this.#store,
        onTaken: (serverId) => this.#onTaken(serverId),
      });
    const parts = {
      ...options,
      tokens: this.#store,
      grants: this.#grants,
      shared: this.#shared,
    };
    this.#accesses = new Accesses(parts);
    this.#revocations = new Revocations(parts);
    this.#underWay = new SignInsUnderWay({ sessions, now: () => Date.now(), onChange, log });
  }

  /** What a server's connections show it; undefined where that is all in its configuration. */
  authorization({ id, config }: ServerRow): Authorization | undefined {
    const by = signsIn(config);
    return by === "person" || by === "gateway" ? this.#accesses.of(id) : undefined;
  }

  facts(serverId: string): SignInFactsOfServer {
    const { stores, engine } = this.#options;
    const by = signsIn(stores.servers.get(serverId)?.config);
    if (by === "nobody" || by === "header") return { by, status: null };
    const facts = this.#facts(serverId, by);
    const isAsked = engine().upstream(serverId)?.observation.state === "needs_sign_in";
    const isKnown = isAsked || (facts.tokens ?? facts.refusal ?? facts.waiting) !== null;
    return {
      by,
      status: isKnown ? signInStatus(facts, Date.now()) : null,
      lacksClient: facts.refusal?.code === "sign_in_no_client",
    };
  }

  /**
   * Begins a sign-in, which a person goes on with; one that the gateway does by itself is done.
   *
   * @throws GatewayError sign_in_not_offered, sign_in_metadata, sign_in_no_client, sign_in_refused,
   * host_unreachable, address_blocked, vault_…
   */
  async start(
    row: ServerRow,
    { way, scopes: extra = [] }: { way: SignInWay; scopes?: string[] },
    actor: AuditActor,
  ): Promise<SignInStarted> {
    const by = signsIn(row.config);
    if (by === "nobody" || by === "header") throw notOffered(row, by);
    // Before anybody is asked anything: what comes of it has to be stored.
    await this.#options.vault.ready({ create: true });
    this.#setRefusal(row.id, null);
    const turn = this.#nextTurn(row.id);
    try {
      return by === "gateway"
        ? await this.#signInByItself(row, actor)
        : await this.#begin(row, way, extra, actor);
    } catch (error) {
      // One that was given up may fail when a later one has long worked.
      const isLatest = this.#turns.get(row.id) === turn;
      if (error instanceof GatewayError && isLatest) this.#failed(row, error, actor);
      throw error;
    }
  }

  /**
   * Goes on with the sign-ins that were under way when the gateway before this one ended. Can be
   * called again once the vault is open.
   */
  async recall(): Promise<void> {
    const { stores, sessions, vault, log } = this.#options;
    try {
      // Nobody is asked for a key where there is nothing to open.
      if ((await sessions.getAllSessionIds()).length > 0) await vault.ready();
      await this.#underWay.recall(({ server, client, resource }) => {
        const row = stores.servers.get(server.id);
        if (row === undefined || !isOf(originOf(row), resource)) return null;
        return {
          context: () => this.#grants.resume(row.id, client, resource),
          onTokens: (answer, known, scopes) =>
            this.#accept(row.id, answer, known, scopes, resource, GATEWAY),
          onFailed: (error) => this.#failed(row, error, GATEWAY),
        };
      });
    } catch (error) {
      // Whoever waits for one begins anew, or opens the vault.
      log.info("sign-ins under way could not be gone on with", { reason: String(error) });
    }
  }

  async wait(row: ServerRow, id: string, signal?: AbortSignal): Promise<SignInProgress> {
    return this.#progress(row, await this.#underWay.wait(row.id, id, signal));
  }

  /** @throws GatewayError sign_in_not_found, sign_in_wrong_answer */
  async finish(row: ServerRow, id: string, address: string): Promise<SignInProgress> {
    return this.#progress(row, await this.#underWay.finish(row.id, id, address));
  }

  cancel(row: ServerRow, id: string): Promise<void> {
    return this.#underWay.cancel(row.id, id);
  }

  /** Signs out: here at once, and there as soon as it has been told. */
  async remove(row: ServerRow): Promise<SignedOut> {
    await this.#underWay.cancelAll(row.id);
    const revocation = await this.#revocations.of(row);
    this.#store.revoke(row.id);
    this.forget(row.id);
    this.#reopen(row.id);
    await this.#shared?.signedOut(row.id);
    const revoked = revocation === null ? "nothing_to_revoke" : await revocation();
    return { revoked, status: this.#status(row.id) };
  }

  /** Tokens of a server that is at another place now, or to which another client signs in. */
  forget(serverId: string): void {
    this.#store.forget(serverId);
    this.#setRefusal(serverId, null);
    this.#accesses.known(serverId)?.reset();
  }

  /** The same with its registrations; whoever is on the way is on the way to what it was before. */
  forgetClients(serverId: string): void {
    void this.#underWay.cancelAll(serverId);
    this.forget(serverId);
    this.#options.stores.signIns.registrations.remove(serverId);
    void this.#shared?.signedOut(serverId);
  }

  /** Of a server that is about to be removed; its authorization server is told behind. */
  async removing(row: ServerRow): Promise<void> {
    await this.#underWay.cancelAll(row.id);
    const revocation = await this.#revocations.of(row);
    await this.#accesses.remove(row.id);
    void this.#shared?.removed(row.id);
    this.#refusals.delete(row.id);
    this.#turns.delete(row.id);
    if (revocation !== null) this.#revocations.tellBehind(revocation);
  }

  /** Brings the sign-ins here and those that other gateways have stored together. */
  async catchUp(): Promise<void> {
    await this.#shared?.catchUp();
  }

  /** Takes over the sign-in at a server as another gateway has stored it. */
  async takeOver(serverId: string): Promise<void> {
    await this.#shared?.takeOver(serverId);
  }

  /** The vault was opened, or has forgotten what no key opens any more. */
  onVaultChange(): void {
    this.#accesses.resetLost();
    void this.recall();
  }

  async close(): Promise<void> {
    const told = this.#revocations.close();
    await this.#underWay.close();
    await this.#accesses.close();
    await this.#shared?.close();
    await told;
  }

  async #begin(
    row: ServerRow,
    way: SignInWay,
    extra: readonly string[],
    actor: AuditActor,
  ): Promise<SignInStarted> {
    const target = this.#grants.target(row.id);
    const challenge = await this.#challengeOf(row.id);
    const discovered = await this.#grants.discover(target, challenge, way === "browser");
    const before = this.#store.facts(row.id);
    if (discovered.isAssumed && before === null) this.#assertAsked(row);
    const isSame = before?.issuer === discovered.authorizationServer.issuer;
    const scopes = selectScopes({
      configured: target.config.scopes,
      challenge,
      resourceScopes: discovered.resourceScopes,
      authorizationServer: discovered.authorizationServer,
      granted: isSame ? before.scopes : [],
      wanted: isSame ? before.wanted : [],
      extra,
    });
    return this.#underWay.begin({
      server: {
        id: row.id,
        name: row.name,
        url: target.url.href,
        transport: row.config.transport === "sse" ? "sse" : "http",
      },
      way,
      discovered,
      scopes,
      parameters: target.config.parameters,
      pageParameters: target.config.pageParameters,
      redirectPort: target.config.redirectPort,
      preferredPort: preferredRedirectPort(
        this.#store.registrations(row.id, row.name),
        discovered.authorizationServer.issuer,
      ),
      clientFor: (redirectUri) => this.#grants.client(target, discovered, redirectUri, scopes),
      namedBy: target.namedBy,
      fetch: target.fetch,
      redactor: this.#options.redactor,
      onTokens: (answer, client, asked) => {
        keepRegistration(client, this.#store.registrations(row.id, row.name), target.fetch);
        this.#accept(row.id, answer, client, asked, discovered.resource, actor);
      },
      onFailed: (error) => this.#failed(row, error, actor),
    });
  }

  /** What the server says of its sign-in; one that nobody has asked for anything yet is asked. */
  async #challengeOf(serverId: string): Promise<Readonly<Record<string, string>>> {
    const upstream = this.#options.engine().upstream(serverId);
    if (upstream?.observation.state === "idle") upstream.start();
    await upstream?.settled();
    return this.#accesses.of(serverId).challenge;
  }

  /** What was only assumed is asked for nothing where the server does not ask. @throws GatewayError */
  #assertAsked(row: ServerRow): void {
    const { state, reason } = this.#options.engine().upstream(row.id)?.observation ?? {};
    if (state === "ready") throw notAsked(row, null);
    if (state === "failed" && reason) throw notAsked(row, reason.message);
  }

  #accept(
    serverId: string,
    answer: TokenAnswer,
    client: OAuthClient,
    asked: readonly string[],
    resource: string,
    actor: AuditActor,
  ): void {
    this.#nextTurn(serverId);
    this.#setRefusal(serverId, null);
    this.#accesses.of(serverId).accept({
      issuer: client.issuer,
      audience: resource,
      clientId: client.clientId,
      account: answer.account,
      scopes: answer.scope === null ? [...asked] : scopesIn(answer.scope),
      expiresAt: answer.expiresAt,
      accessToken: answer.accessToken,
      refreshToken: answer.refreshToken,
    });
    this.#completed(serverId, actor);
    void this.#shared?.signedIn(serverId);
  }

  async #signInByItself(row: ServerRow, actor: AuditActor): Promise<SignInStarted> {
    await this.#accesses.of(row.id).signIn();
    this.#completed(row.id, actor);
    const facts = this.#store.facts(row.id);
    const issuer = facts?.issuer ?? "";
    return {
      id: randomUUID(),
      way: "browser",
      url: null,
      host: URL.canParse(issuer) ? new URL(issuer).host : "",
      issuer,
      scopes: facts?.scopes ?? [],
      userCode: null,
      endsAt: Date.now(),
    };
  }

  #completed(serverId: string, actor: AuditActor): void {
    const { stores, audit } = this.#options;
    const facts = this.#store.facts(serverId);
    audit.record(actor, {
      action: "sign_in.complete",
      subject: { kind: "server", id: serverId, name: stores.servers.get(serverId)?.name ?? null },
      detail: { issuer: facts?.issuer ?? null, scopes: facts?.scopes ?? [] },
    });
    this.#reopen(serverId);
  }

  #failed(row: ServerRow, error: GatewayError, actor: AuditActor): void {
    // What was not to be had this way is known to whoever asked, and nobody has refused anything.
    const isAnswer = !["request_cancelled", "sign_in_not_offered"].includes(error.code);
    if (isAnswer) this.#setRefusal(row.id, error);
    this.#options.audit.refuse(actor, {
      action: "sign_in.complete",
      subject: { kind: "server", id: row.id, name: row.name },
      detail: { error: error.code },
    });
  }

  #progress(
    row: ServerRow,
    { state, error }: Awaited<ReturnType<SignInsUnderWay["wait"]>>,
  ): SignInProgress {
    const problem = error && problemOf(error);
    return { state, problem, status: this.#status(row.id) };
  }

  /** Also where there is nothing to tell. */
  #status(serverId: string): SignInStatus {
    const by = signsIn(this.#options.stores.servers.get(serverId)?.config);
    return signInStatus(this.#facts(serverId, by), Date.now());
  }

  #facts(serverId: string, by: SignInFactsOfServer["by"]): SignInFacts {
    const access = this.#accesses.known(serverId);
    return {
      tokens: this.#store.facts(serverId),
      isOwn: by === "gateway",
      isRefreshing: access?.isRefreshing ?? false,
      problem: access?.problem ?? null,
      refusal: access?.refusal ?? this.#refusals.get(serverId) ?? null,
      waiting: this.#underWay.of(serverId),
    };
  }

  #nextTurn(serverId: string): number {
    const turn = (this.#turns.get(serverId) ?? 0) + 1;
    this.#turns.set(serverId, turn);
    return turn;
  }

  #setRefusal(serverId: string, refusal: GatewayError | null): void {
    if (refusal === null) this.#refusals.delete(serverId);
    else this.#refusals.set(serverId, refusal);
    this.#options.onChange(serverId);
  }

  #onTaken(serverId: string): void {
    this.#setRefusal(serverId, null);
    this.#accesses.known(serverId)?.renewedElsewhere();
    const { state } = this.#options.engine().upstream(serverId)?.observation ?? {};
    if (state === "needs_sign_in" || this.#store.facts(serverId) === null) this.#reopen(serverId);
  }

  #reopen(serverId: string): void {
    this.#options.engine().restartWhere(({ id }) => id === serverId);
  }
}
