import { GatewayError } from "@local-mcp/contract";
import type { ServerRow } from "@local-mcp/database";
import { createFetch, type Fetch, type Route } from "@local-mcp/engine";
import type { AuthorizationServer } from "oauth4webapi";
import { revealSignIn } from "../servers/sign-in-config.ts";
import type { Stores } from "../stores.ts";
import { clientOfTokens, obtainClient } from "./client.ts";
import { authorizationServerOf, discover } from "./discovery.ts";
import { unreachable } from "./http-answer.ts";
import { selectScopes } from "./scopes.ts";
import type { Discovered, OAuthClient, SignInConfig, TokenAnswer } from "./sign-in-types.ts";
import { refused, type SignInRedactor } from "./token-answer.ts";
import {
  refreshTokens,
  requestAsClient,
  revokeToken,
  type TokenContext,
} from "./token-requests.ts";
import {
  type NewTokens,
  type OpenTokens,
  scopesIn,
  type TokenFacts,
  type TokenStore,
} from "./token-store.ts";

/** For how long the metadata of an authorization server is believed, ms. */
const METADATA_MS = 60 * 60_000;
/** Of so many of them. */
const MOST_METADATA = 100;

export interface GrantsOptions {
  stores: Stores;
  tokens: TokenStore;
  /** The value of a secret of a server, by its id; null for one that is stored no more. */
  reveal: (row: ServerRow, secretId: string) => string | null;
  routeTo: (url: URL) => Route;
  redactor: SignInRedactor;
  /** Of the gateway's client ID metadata document; null where it has none. */
  clientMetadataUrl: () => string | null;
}

/** How long finding out how to sign in may take, over all that is asked for it, ms. */
const DISCOVERY_MS = 30_000;

/** A server as it is signed in to: what was found out about it, and how it is configured. */
export interface SignInTarget {
  row: ServerRow;
  url: URL;
  config: SignInConfig;
  /** Who named the authorization server: the server by its address, or a person. */
  namedBy: URL;
  /** For the authorization server, and what it names. */
  fetch: Fetch;
  /** For what the server itself names. */
  ownFetch: Fetch;
}

/** Asks authorization servers for access on behalf of servers, with what is configured and stored. */
export class Grants {
  readonly #options: GrantsOptions;
  readonly #metadata = new Map<string, { at: number; found: Promise<AuthorizationServer> }>();

  constructor(options: GrantsOptions) {
    this.#options = options;
  }

  /** @throws GatewayError server_not_found, secret_unset, vault_… */
  target(serverId: string): SignInTarget {
    const { stores, reveal, routeTo } = this.#options;
    const row = stores.servers.get(serverId);
    if (row === undefined || row.config.transport === "stdio") {
      throw new GatewayError("server_not_found", { server: row?.name ?? serverId });
    }
    const config = revealSignIn(row.name, row.config, (id) => reveal(row, id));
    const url = serverUrl(row.config.url);
    const ownFetch = createFetch({ routeTo, policy: { signInOf: url } });
    const { issuer } = config;
    if (issuer === null) return { row, url, config, namedBy: url, fetch: ownFetch, ownFetch };
    // A person has named it, so it may name what it could reach itself.
    const namedBy = new URL(issuer);
    const other = createFetch({ routeTo, policy: { signInOf: namedBy } });
    const fetch: Fetch = (address, init) =>
      (new URL(address).origin === url.origin ? ownFetch : other)(address, init);
    return { row, url, config, namedBy, fetch, ownFetch };
  }

  /** @throws GatewayError sign_in_metadata, host_unreachable, address_blocked */
  async discover(
    { row, url, config, fetch, ownFetch }: SignInTarget,
    challenge: Readonly<Record<string, string>>,
    usesCode: boolean,
  ): Promise<Discovered> {
    const discovered = await discover({
      server: row.name,
      serverUrl: url,
      challenge,
      configuredIssuer: config.issuer,
      fetch: within(DISCOVERY_MS, fetch),
      resourceFetch: within(DISCOVERY_MS, ownFetch),
      usesCode,
    });
    const { authorizationServer } = discovered;
    this.#remember(authorizationServer.issuer, Promise.resolve(authorizationServer));
    return discovered;
  }

  /** The gateway as the authorization server knows it, registered where need be. */
  client(
    { row, config, fetch }: SignInTarget,
    discovered: Discovered,
    redirectUri: string | null,
    scopes: readonly string[],
  ): Promise<OAuthClient> {
    return obtainClient({
      server: row.name,
      discovered,
      config,
      clientMetadataUrl: this.#options.clientMetadataUrl(),
      redirectUri,
      scopes,
      registrations: this.#options.tokens.registrations(row.id, row.name),
      fetch,
      now: () => Date.now(),
    });
  }

  /** What a sign-in is finished with that began in another process. @throws GatewayError */
  async resume(serverId: string, client: OAuthClient, resource: string): Promise<TokenContext> {
    const target = this.target(serverId);
    const authorizationServer = await this.#metadataOf(
      client.issuer,
      target.row.name,
      target.fetch,
    );
    const { privateKey } = target.config;
    return this.#contextFor(target, { authorizationServer, resource }, { ...client, privateKey });
  }

  /** @throws GatewayError sign_in_refused where it is over, others where it may work later */
  async refresh(serverId: string, facts: TokenFacts, refreshToken: string): Promise<TokenAnswer> {
    const context = await this.#contextOf(this.target(serverId), facts);
    try {
      return await refreshTokens(context, refreshToken);
    } catch (error) {
      if (error instanceof GatewayError && error.params.error === "invalid_client") {
        this.#forgetRegistration(serverId, facts.issuer);
      }
      throw error;
    }
  }

  /**
   * A client that is not known any more is of no use for the next sign-in either. One that a person
   * had registered stays bound to its authorization server.
   */
  #forgetRegistration(serverId: string, issuer: string): void {
    const { row } = this.target(serverId);
    const registrations = this.#options.tokens.registrations(row.id, row.name);
    if (registrations.get(issuer)?.redirectUri != null) registrations.remove(issuer);
  }

  /** Access for the gateway itself, for the scopes that are wanted beside those asked for. */
  async obtain(
    serverId: string,
    challenge: Readonly<Record<string, string>>,
    wanted: readonly string[],
  ): Promise<NewTokens> {
    const target = this.target(serverId);
    const discovered = await this.discover(target, challenge, false);
    const { authorizationServer, resource } = discovered;
    const scopes = selectScopes({
      configured: target.config.scopes,
      challenge,
      resourceScopes: discovered.resourceScopes,
      authorizationServer,
      granted: [],
      wanted,
      extra: [],
      renews: false,
    });
    const client = await this.client(target, discovered, null, scopes);
    const answer = await requestAsClient(this.#contextFor(target, discovered, client), scopes);
    return {
      issuer: authorizationServer.issuer,
      audience: resource,
      clientId: client.clientId,
      account: null,
      scopes: answer.scope === null ? scopes : scopesIn(answer.scope),
      expiresAt: answer.expiresAt,
      accessToken: answer.accessToken,
      refreshToken: null,
    };
  }

  /**
   * Has the authorization server revoke what it gave (RFC 7009). False where it offers no way to.
   *
   * @throws GatewayError as {@link refresh}
   */
  async revoke(
    target: SignInTarget,
    facts: TokenFacts,
    { accessToken, refreshToken }: OpenTokens,
  ): Promise<boolean> {
    const context = await this.#contextOf(target, facts);
    // With a refresh token go the access tokens of its grant, most of the time.
    if (refreshToken !== null) await revokeToken(context, refreshToken, "refresh_token");
    return revokeToken(context, accessToken, "access_token");
  }

  async #contextOf(target: SignInTarget, facts: TokenFacts): Promise<TokenContext> {
    const { row, config, fetch } = target;
    const registrations = this.#options.tokens.registrations(row.id, row.name);
    // Before anything is awaited: a server that is being removed takes it along.
    const registered = registrations.get(facts.issuer);
    const authorizationServer = await this.#metadataOf(facts.issuer, row.name, fetch);
    const client = clientOfTokens(facts.clientId ?? "", {
      authorizationServer,
      config,
      clientMetadataUrl: this.#options.clientMetadataUrl(),
      registrations: { ...registrations, get: () => registered },
    });
    if (client === null) {
      const { redactor } = this.#options;
      throw refused({ server: row.name, authorizationServer, redactor }, "invalid_client");
    }
    const resource = facts.audience ?? target.url.href;
    return this.#contextFor(target, { authorizationServer, resource }, client);
  }

  /** What a token request at a target needs. */
  #contextFor(
    { row, config, fetch }: SignInTarget,
    { authorizationServer, resource }: Pick<Discovered, "authorizationServer" | "resource">,
    client: OAuthClient,
  ): TokenContext {
    return {
      server: row.name,
      authorizationServer,
      client,
      resource,
      parameters: config.parameters,
      fetch,
      redactor: this.#options.redactor,
      now: () => Date.now(),
    };
  }

  async #metadataOf(issuer: string, server: string, fetch: Fetch): Promise<AuthorizationServer> {
    const known = this.#metadata.get(issuer);
    if (known && performance.now() - known.at < METADATA_MS) return known.found;
    const found = authorizationServerOf(issuer, fetch, server);
    this.#remember(issuer, found);
    // What could not be found out is asked for again the next time.
    found.catch(() => this.#metadata.delete(issuer));
    return found;
  }

  /** The oldest makes room: a server can name another one each time that it is asked. */
  #remember(issuer: string, found: Promise<AuthorizationServer>): void {
    this.#metadata.delete(issuer);
    const [oldest] = this.#metadata.keys();
    if (oldest !== undefined && this.#metadata.size >= MOST_METADATA) this.#metadata.delete(oldest);
    this.#metadata.set(issuer, { at: performance.now(), found });
  }
}

/** Begins nothing more once the time is over. */
function within(ms: number, fetch: Fetch): Fetch {
  const end = performance.now() + ms;
  return async (address, init) => {
    if (performance.now() < end) return fetch(address, init);
    throw unreachable(new URL(address).host, "all of it took too long.");
  };
}

/** Without user info and query, which may hold secrets and are no part of what it is called. */
function serverUrl(configured: string): URL {
  const url = new URL(configured);
  url.username = "";
  url.password = "";
  url.search = "";
  url.hash = "";
  return url;
}
