import type { AuthorizationServer } from "oauth4webapi";
import { z } from "zod";

/** What was found out about how a server is signed in to. */
export interface Discovered {
  /** Its metadata, every endpoint judged. Credentials are kept by its `issuer` and go to no other. */
  authorizationServer: AuthorizationServer;
  /** What tokens are asked for (RFC 8707): the URI by which the server knows itself. */
  resource: string;
  /** `scopes_supported` of the server's own metadata; null where it has none. */
  resourceScopes: string[] | null;
  /** Whether nobody publishes any, and the endpoints are those of MCP 2025-03-26. */
  isAssumed: boolean;
}

/** How a client shows an authorization server who it is (RFC 7591, 2). */
export const CLIENT_AUTH_METHODS = [
  "none",
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
] as const;
export type ClientAuthMethod = (typeof CLIENT_AUTH_METHODS)[number];

/** The gateway as one authorization server knows it. */
export interface OAuthClient {
  issuer: string;
  clientId: string;
  authMethod: ClientAuthMethod;
  /** Null where the method needs none. */
  clientSecret: string | null;
  /** PEM; for `private_key_jwt`. */
  privateKey: string | null;
  /** What is kept of it once it has been given access; absent where nothing is. */
  registration?: Registration;
}

/** A client as it is kept of one server: registered by us, or bound to an issuer at its first use. */
export interface Registration {
  issuer: string;
  clientId: string;
  /** Null also for a configured client, whose secret is in the configuration. */
  clientSecret: string | null;
  /** ms since 1970; null when it does not expire. */
  clientSecretExpiresAt: number | null;
  authMethod: ClientAuthMethod | null;
  /** With the port that was registered; null for a configured client. */
  redirectUri: string | null;
  registrationAccessToken: string | null;
  registrationClientUri: string | null;
}

/** As it is read back from a session store. */
export const registrationSchema: z.ZodType<Registration> = z.object({
  issuer: z.string(),
  clientId: z.string(),
  clientSecret: z.string().nullable(),
  clientSecretExpiresAt: z.number().nullable(),
  authMethod: z.enum(CLIENT_AUTH_METHODS).nullable(),
  redirectUri: z.string().nullable(),
  registrationAccessToken: z.string().nullable(),
  registrationClientUri: z.string().nullable(),
});

/** The registrations of one server, secrets sealed. */
export interface RegistrationStore {
  list(): Registration[];
  get(issuer: string): Registration | null;
  /** @throws GatewayError vault_missing, vault_locked */
  put(registration: Registration): void;
  remove(issuer: string): void;
}

/** How a server is signed in to as a person configured it, secrets revealed for the moment. */
export interface SignInConfig {
  kind: "person" | "client_credentials" | "off";
  clientId: string | null;
  clientSecret: string | null;
  privateKey: string | null;
  clientMetadataUrl: string | null;
  issuer: string | null;
  scopes: string[] | null;
  parameters: Record<string, string>;
  /** Those of them that hold no secret, and may be in the address of a page. */
  pageParameters: Record<string, string>;
  redirectPort: number | null;
}

/** What an authorization server gave, read and in our units. */
export interface TokenAnswer {
  accessToken: string;
  /** Null where it gave none; a former one stays in use then. */
  refreshToken: string | null;
  /** Separated by spaces; null where what was asked for was granted. */
  scope: string | null;
  /** ms since 1970; null when it did not say. */
  expiresAt: number | null;
  /** From an ID token, for showing only. */
  account: string | null;
}
