import { randomUUID } from "node:crypto";
import { GatewayError, scopeToken } from "@local-mcp/contract";
import type { TokensRow } from "@local-mcp/database";
import type { Sealer } from "@local-mcp/vault";
import type { Stores } from "../stores.ts";
import {
  CLIENT_AUTH_METHODS,
  type ClientAuthMethod,
  type Registration,
  type RegistrationStore,
} from "./sign-in-types.ts";

/** What is known of the tokens of a server without opening them. */
export interface TokenFacts {
  id: string;
  issuer: string;
  /** The URI of what they are for (RFC 8707). */
  audience: string | null;
  /** The client that they were given to. */
  clientId: string | null;
  account: string | null;
  scopes: string[];
  /** Scopes that the server has asked for since. */
  wanted: string[];
  /** ms since 1970; null when nobody said. */
  expiresAt: number | null;
  canRefresh: boolean;
  /** Why they are of no use any more, as a sentence; null while they are. */
  refusal: string | null;
}

export interface OpenTokens {
  accessToken: string;
  refreshToken: string | null;
}

/** Tokens to be kept. */
export type NewTokens = Pick<
  TokenFacts,
  "issuer" | "audience" | "clientId" | "account" | "scopes" | "expiresAt"
> &
  OpenTokens;

/** The tokens and registrations that sign-ins have brought, sealed in the configuration file. */
export class TokenStore {
  readonly #stores: Stores;
  readonly #sealer: Sealer;

  constructor(stores: Stores, sealer: Sealer) {
    this.#stores = stores;
    this.#sealer = sealer;
  }

  facts(serverId: string): TokenFacts | null {
    const row = this.#stores.signIns.tokens.ofServer(serverId);
    return row === undefined ? null : factsOf(row);
  }

  /** @throws GatewayError vault_missing, vault_locked, secret_damaged */
  open(serverId: string, owner: string): OpenTokens | null {
    const row = this.#stores.signIns.tokens.ofServer(serverId);
    if (row === undefined) return null;
    return {
      accessToken: this.#sealer.open(row.accessToken, tokenPlace("access_token", row.id, owner)),
      refreshToken:
        row.refreshToken === null
          ? null
          : this.#sealer.open(row.refreshToken, tokenPlace("refresh_token", row.id, owner)),
    };
  }

  /**
   * In one write: the former ones are there until the new ones are. Those of other authorization
   * servers are dropped with it.
   *
   * @throws GatewayError vault_missing, vault_locked
   */
  save(serverId: string, owner: string, tokens: NewTokens): TokenFacts {
    const { tokens: table } = this.#stores.signIns;
    const before = table.ofServer(serverId);
    const id = before?.issuer === tokens.issuer ? before.id : randomUUID();
    const seal = (column: TokenColumn, token: string): string =>
      this.#sealer.seal(token, tokenPlace(column, id, owner));
    table.put({
      id,
      serverId,
      issuer: tokens.issuer,
      audience: tokens.audience,
      clientId: tokens.clientId,
      account: tokens.account,
      accessToken: seal("access_token", tokens.accessToken),
      refreshToken: tokens.refreshToken && seal("refresh_token", tokens.refreshToken),
      tokenType: "Bearer",
      scope: tokens.scopes.join(" "),
      expiresAt: tokens.expiresAt,
      wantedScope: null,
      refusal: null,
      refusedAt: null,
    });
    const facts = this.facts(serverId);
    if (facts === null) throw new Error("tokens that were stored are gone");
    return facts;
  }

  want(id: string, scopes: readonly string[]): void {
    this.#stores.signIns.tokens.update(id, { wantedScope: scopes.join(" ") });
  }

  /** They are of no use any more, and what would renew them neither. */
  refuse(id: string, refusal: string, at: number): void {
    this.#stores.signIns.tokens.update(id, { refusal, refusedAt: at, refreshToken: null });
  }

  forget(serverId: string): void {
    this.#stores.signIns.tokens.remove(serverId);
  }

  /** For good: no backup brings them back. */
  revoke(serverId: string): void {
    this.#stores.signIns.tokens.revoke(serverId);
  }

  registrations(serverId: string, owner: string): RegistrationStore {
    const { registrations } = this.#stores.signIns;
    /** Undefined where it was changed or damaged. */
    const open = (
      sealed: string | null,
      column: RegistrationColumn,
      id: string,
    ): string | null | undefined => {
      if (sealed === null) return null;
      try {
        return this.#sealer.open(sealed, registrationPlace(column, id, owner));
      } catch (error) {
        if (isDamaged(error)) return undefined;
        throw error;
      }
    };
    type Row = ReturnType<typeof registrations.ofServer>[number];
    /** Null where it is of no use, so that the next sign-in registers anew. */
    const read = (row: Row): Registration | null => {
      const clientSecret = open(row.clientSecret, "client_secret", row.id);
      if (clientSecret === undefined) return null;
      const { registrationAccessToken: token } = row;
      return {
        issuer: row.issuer,
        clientId: row.clientId,
        clientSecret,
        clientSecretExpiresAt: row.clientSecretExpiresAt,
        authMethod: authMethodOf(row.tokenEndpointAuthMethod),
        redirectUri: row.redirectUri,
        // Without it the client works, and is only not deleted where it was registered.
        registrationAccessToken: open(token, "registration_access_token", row.id) ?? null,
        registrationClientUri: row.registrationClientUri,
      };
    };
    return {
      list: () => registrations.ofServer(serverId).flatMap((row) => read(row) ?? []),
      get: (issuer) => {
        const row = registrations.get(serverId, issuer);
        return row === undefined ? null : read(row);
      },
      put: (registration) => {
        const id = registrations.get(serverId, registration.issuer)?.id ?? randomUUID();
        const { authMethod, clientSecret, registrationAccessToken, ...plain } = registration;
        const seal = (text: string | null, column: RegistrationColumn): string | null =>
          text && this.#sealer.seal(text, registrationPlace(column, id, owner));
        registrations.put({
          ...plain,
          id,
          serverId,
          tokenEndpointAuthMethod: authMethod,
          clientSecret: seal(clientSecret, "client_secret"),
          registrationAccessToken: seal(registrationAccessToken, "registration_access_token"),
        });
      },
      remove: (issuer) => registrations.remove(serverId, issuer),
    };
  }
}

type TokenColumn = "access_token" | "refresh_token";
type RegistrationColumn = "client_secret" | "registration_access_token";

const tokenPlace = (column: TokenColumn, row: string, owner: string) => ({
  table: "oauth_tokens",
  column,
  row,
  owner,
});

const registrationPlace = (column: RegistrationColumn, row: string, owner: string) => ({
  table: "oauth_client_registrations",
  column,
  row,
  owner,
});

/** Whether something stored is not what was sealed for its place. */
export const isDamaged = (error: unknown): boolean =>
  error instanceof GatewayError && error.code === "secret_damaged";

const authMethodOf = (text: string | null): ClientAuthMethod | null =>
  CLIENT_AUTH_METHODS.find((method) => method === text) ?? null;

/** Of one text, however many it names. */
const MOST_SCOPES = 200;

/** Scopes as they are written in one text (RFC 6749, 3.3); what is none is passed over. */
export const scopesIn = (text: string | null | undefined): string[] =>
  [...new Set((text ?? "").split(/\s+/))]
    .filter((scope) => scopeToken.safeParse(scope).success)
    .slice(0, MOST_SCOPES);

const factsOf = (row: TokensRow): TokenFacts => ({
  id: row.id,
  issuer: row.issuer,
  audience: row.audience,
  clientId: row.clientId,
  account: row.account,
  scopes: scopesIn(row.scope),
  wanted: scopesIn(row.wantedScope),
  expiresAt: row.expiresAt,
  canRefresh: row.refreshToken !== null,
  refusal: row.refusal,
});
