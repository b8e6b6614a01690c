import { createPrivateKey } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
import type { Fetch } from "@local-mcp/engine";
import { importPKCS8 } from "jose";
import * as oauth from "oauth4webapi";
import { noClient, type RegistrationRequest, register, unregister } from "./registration.ts";
import type {
  ClientAuthMethod,
  OAuthClient,
  Registration,
  RegistrationStore,
  SignInConfig,
} from "./sign-in-types.ts";

export interface ClientRequest extends Omit<RegistrationRequest, "redirectUri"> {
  config: SignInConfig;
  /** Of a client ID metadata document, for all servers; null where there is none. */
  clientMetadataUrl: string | null;
  /** Where the browser is sent back to; null where none is, and then nothing is registered. */
  redirectUri: string | null;
  registrations: RegistrationStore;
  now?: () => number;
}

/**
 * The client to sign in as: the server's own metadata document or client id, the metadata document
 * of all, what was registered before, or what is registered now (MCP 2026-07-28, client
 * registration).
 *
 * @throws GatewayError sign_in_no_client, sign_in_not_offered; host_unreachable, address_blocked
 * when registering; vault_…
 */
export async function obtainClient(request: ClientRequest): Promise<OAuthClient> {
  const { config, clientMetadataUrl, discovered, redirectUri, registrations } = request;
  const { authorizationServer } = discovered;
  const readsDocuments = authorizationServer.client_id_metadata_document_supported === true;
  if (readsDocuments && config.clientMetadataUrl !== null) {
    return documentedClient(config.clientMetadataUrl, authorizationServer, config);
  }
  if (config.clientId !== null) {
    bindToIssuer(request, config.clientId);
    return configuredClient(config.clientId, authorizationServer, config);
  }
  if (readsDocuments && clientMetadataUrl !== null) {
    return documentedClient(clientMetadataUrl, authorizationServer, config);
  }
  const stored = registrations.get(authorizationServer.issuer);
  const isStoredGood = stored !== null && isAlive(stored, request.now?.() ?? Date.now());
  if (isStoredGood && (redirectUri === null || stored.redirectUri === redirectUri)) {
    return registeredClient(stored);
  }
  if (redirectUri === null) throw noClient(request, "it has to be given a client id.");
  const registration = await register({ ...request, redirectUri });
  // Access may depend on the one that is stored, or another sign-in be under way with it.
  if (!isStoredGood) registrations.put(registration);
  return registeredClient(registration);
}

/**
 * Keeps the registration of a client that has been given access, in place of a former one, which is
 * deleted where it was made.
 *
 * @throws GatewayError vault_missing, vault_locked
 */
export function keepRegistration(
  { registration, issuer }: OAuthClient,
  registrations: RegistrationStore,
  fetch: Fetch,
): void {
  if (registration === undefined) return;
  const former = registrations.get(issuer);
  if (former?.clientId === registration.clientId) return;
  registrations.put(registration);
  if (former !== null) void unregister(former, fetch);
}

/**
 * The client that tokens were given to, as renewing them needs it; null where it is not known any
 * more. Registers nothing.
 *
 * @throws GatewayError vault_…
 */
export function clientOfTokens(
  clientId: string,
  request: Pick<ClientRequest, "config" | "clientMetadataUrl" | "registrations"> & {
    authorizationServer: oauth.AuthorizationServer;
  },
): OAuthClient | null {
  const { config, clientMetadataUrl, registrations, authorizationServer } = request;
  if (clientId === config.clientMetadataUrl || clientId === clientMetadataUrl) {
    return documentedClient(clientId, authorizationServer, config);
  }
  if (clientId === config.clientId) return configuredClient(clientId, authorizationServer, config);
  const stored = registrations.get(authorizationServer.issuer);
  const isRegistered = stored?.clientId === clientId && stored.redirectUri !== null;
  return isRegistered ? registeredClient(stored) : null;
}

/** The port that is registered at an authorization server; null where none is. */
export function preferredRedirectPort(store: RegistrationStore, issuer: string): number | null {
  const registered = store.get(issuer)?.redirectUri;
  return registered ? Number(new URL(registered).port) : null;
}

/** How a client shows who it is, as the library wants to be told. */
export async function clientAuthOf(client: OAuthClient): Promise<oauth.ClientAuth> {
  const { authMethod, clientSecret, privateKey } = client;
  if (authMethod === "private_key_jwt" && privateKey !== null) {
    return oauth.PrivateKeyJwt(await signingKey(privateKey));
  }
  if (authMethod === "client_secret_post" && clientSecret !== null) {
    return oauth.ClientSecretPost(clientSecret);
  }
  if (authMethod === "client_secret_basic" && clientSecret !== null) {
    return basicAuth(clientSecret);
  }
  return oauth.None();
}

/** The library's own writes `-`, `_` and `.` as `%2D` and so on, which many servers do not read. */
const basicAuth =
  (clientSecret: string): oauth.ClientAuth =>
  (_as, { client_id }, _body, headers) => {
    const credentials = `${formEncoded(client_id)}:${formEncoded(clientSecret)}`;
    headers.set("authorization", `Basic ${Buffer.from(credentials).toString("base64")}`);
  };

/** RFC 6749, 2.3.1: application/x-www-form-urlencoded. */
const formEncoded = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);

/** A client ID metadata document names its own keys, and has no secret. */
const documentedClient = (
  url: string,
  { issuer }: oauth.AuthorizationServer,
  { privateKey }: SignInConfig,
): OAuthClient => ({
  issuer,
  clientId: url,
  authMethod: privateKey === null ? "none" : "private_key_jwt",
  clientSecret: null,
  privateKey,
});

const configuredClient = (
  clientId: string,
  authorizationServer: oauth.AuthorizationServer,
  config: SignInConfig,
): OAuthClient => ({
  issuer: authorizationServer.issuer,
  clientId,
  authMethod: configuredMethod(authorizationServer, config),
  clientSecret: config.clientSecret,
  privateKey: config.privateKey,
});

function configuredMethod(
  { token_endpoint_auth_methods_supported: supported }: oauth.AuthorizationServer,
  { clientSecret, privateKey }: SignInConfig,
): ClientAuthMethod {
  if (privateKey !== null) return "private_key_jwt";
  if (clientSecret === null) return "none";
  const isBasic = supported === undefined || supported.includes("client_secret_basic");
  return isBasic ? "client_secret_basic" : "client_secret_post";
}

const registeredClient = (registration: Registration): OAuthClient => ({
  issuer: registration.issuer,
  clientId: registration.clientId,
  authMethod: registration.authMethod ?? "none",
  clientSecret: registration.clientSecret,
  privateKey: null,
  registration,
});

/** One of ours, not a configured client, and not over. */
const isAlive = ({ redirectUri, clientSecretExpiresAt }: Registration, now: number): boolean =>
  redirectUri !== null && (clientSecretExpiresAt === null || clientSecretExpiresAt > now);

/**
 * A client that a person had registered belongs to the authorization server at which it is used
 * first, and is shown to no other (MCP 2026-07-28, authorization server binding), unless the person
 * names that one.
 *
 * @throws GatewayError sign_in_not_offered
 */
function bindToIssuer(request: ClientRequest, clientId: string): void {
  const { config, discovered, registrations, server } = request;
  const { issuer } = discovered.authorizationServer;
  const bound = registrations
    .list()
    .filter((one) => one.redirectUri === null && one.clientId === clientId);
  if (bound.some((one) => one.issuer === issuer)) return;
  const [first] = bound;
  if (first && config.issuer === null) {
    const former = new URL(first.issuer).host;
    const { host } = new URL(issuer);
    throw new GatewayError("sign_in_not_offered", {
      server,
      reason: `its client id belongs to ${former}, and it now wants a sign-in at ${host}.`,
      way: `If that is meant to be, give the client id that ${host} knows, or name it with “local-mcp-gateway servers edit ${server} --issuer URL”.`,
    });
  }
  registrations.put({
    issuer,
    clientId,
    clientSecret: null,
    clientSecretExpiresAt: null,
    authMethod: null,
    redirectUri: null,
    registrationAccessToken: null,
    registrationClientUri: null,
  });
}

/** What a key signs with (RFC 7518, 3.1; RFC 8037). */
const ALGORITHMS: Readonly<Record<string, string>> = {
  rsa: "RS256",
  prime256v1: "ES256",
  secp384r1: "ES384",
  secp521r1: "ES512",
  ed25519: "EdDSA",
};

/** @throws TypeError where the PEM holds no key that signs, which is judged when it is configured */
async function signingKey(pem: string): Promise<CryptoKey> {
  const key = createPrivateKey(pem);
  const kind = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? "";
  const algorithm = ALGORITHMS[kind];
  if (algorithm === undefined) throw new TypeError(`a private key that signs nothing: ${kind}`);
  return importPKCS8(key.export({ type: "pkcs8", format: "pem" }).toString(), algorithm);
}
