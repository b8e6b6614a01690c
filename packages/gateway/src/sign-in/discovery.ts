import { GatewayError } from "@local-mcp/contract";
import { assertAllowed, type Fetch } from "@local-mcp/engine";
import type { AuthorizationServer } from "oauth4webapi";
import {
  type Asker,
  fetchDocument,
  isIssuer,
  isWebAddress,
  readResourceMetadata,
  readServerMetadata,
  type ResourceMetadata,
  unusable,
} from "./metadata.ts";
import { said } from "./said.ts";
import type { Discovered } from "./sign-in-types.ts";

export interface DiscoveryRequest {
  /** Name of the server, for errors. */
  server: string;
  serverUrl: URL;
  /** Parameters of the Bearer challenge with which the server asked for a sign-in. */
  challenge: Readonly<Record<string, string>>;
  /** The authorization server, where a person named it. */
  configuredIssuer: string | null;
  fetch: Fetch;
  /** For what the server itself names, which reaches no further where a person named the other. */
  resourceFetch: Fetch;
  /**
   * Whether a browser brings back a code, so that PKCE is needed. False for the gateway's own
   * credentials and for sign-ins on another device.
   */
  usesCode?: boolean;
}

/** Of those that a server names, in their order. */
const MOST_TRIED = 5;

/**
 * Finds out how a server is signed in to (MCP 2025-11-25 and 2026-07-28, authorization server
 * discovery; MCP 2025-03-26 for servers without metadata of their own).
 *
 * @throws GatewayError sign_in_metadata, address_blocked; host_unreachable where it may work later
 */
export async function discover(request: DiscoveryRequest): Promise<Discovered> {
  const { serverUrl, configuredIssuer, server, fetch } = request;
  const resource = await resourceOf(request);
  const named = resource?.authorization_servers ?? [];
  let authorizationServer: AuthorizationServer;
  let isAssumed = false;
  if (configuredIssuer !== null) {
    authorizationServer = await authorizationServerOf(configuredIssuer, fetch, server);
    assertFit(authorizationServer, request);
  } else if (named.length > 0) {
    authorizationServer = await firstThatWorks(named, request);
  } else {
    const published = await atOrigin(request);
    isAssumed = published === null;
    authorizationServer = published ?? withDefaultEndpoints(serverUrl.origin);
    assertFit(authorizationServer, request);
  }
  return {
    authorizationServer,
    resource: resource?.resource ?? withoutSecrets(serverUrl),
    resourceScopes: resource?.scopes_supported ?? null,
    isAssumed,
  };
}

/**
 * The metadata of an authorization server that is known from before, or that a person named. Where
 * an origin has none, its endpoints are the ones of MCP 2025-03-26.
 *
 * @param server name of the server that is signed in to, for errors
 * @throws GatewayError as {@link discover}
 */
export async function authorizationServerOf(
  issuer: string,
  fetch: Fetch,
  server: string,
): Promise<AuthorizationServer> {
  assertIssuer(issuer, server);
  const { origin, pathname } = new URL(issuer);
  // One that was found at the origin of its server may have a path in its name all the same.
  const places = new Set([...metadataPlaces(issuer), ...metadataPlaces(origin)]);
  const found = await firstMetadata(places, { server, fetch }, (named) => isSame(named, issuer));
  if (found !== null) return found;
  if (pathname === "/") return withDefaultEndpoints(origin);
  throw unusable(server, `${new URL(issuer).host} publishes no metadata.`);
}

/**
 * Where an authorization server may publish its metadata, in the order in which they are asked
 * (RFC 8414, 3.1 and 5; OpenID Connect Discovery 1.0, 4).
 */
export function metadataPlaces(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = withoutSlash(pathname);
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
  ];
  return path === "" ? places : [...places, `${origin}${path}/.well-known/openid-configuration`];
}

/**
 * Where a server may publish its own metadata (RFC 9728, 3.1; the last is MCP's addition). Nothing
 * that follows a ? is sent there: it may be a secret.
 */
export function resourcePlaces({ origin, pathname }: URL): string[] {
  const root = `${origin}/.well-known/oauth-protected-resource`;
  const path = pathname === "/" ? "" : pathname;
  return [...new Set([`${root}${path}`, `${root}${withoutSlash(path)}`, root])];
}

/**
 * Whether metadata that names a `resource` is about the server (RFC 9728, 3.3; MCP): of the same
 * origin, and the server at its path or below.
 */
export function isAbout(resource: string, serverUrl: URL): boolean {
  const { origin, pathname } = new URL(resource);
  const isBelow = asFolder(serverUrl.pathname).startsWith(asFolder(pathname));
  return origin === serverUrl.origin && isBelow;
}

const withoutSlash = (path: string): string => path.replace(/\/+$/, "");
const asFolder = (path: string): string => `${withoutSlash(path)}/`;

async function resourceOf(request: DiscoveryRequest): Promise<ResourceMetadata | null> {
  if (request.configuredIssuer === null) return readResource(request);
  try {
    return await readResource(request);
  } catch (error) {
    // A person said where to sign in, which is the way out where a server says nothing of use.
    if (error instanceof GatewayError) return null;
    throw error;
  }
}

async function readResource(request: DiscoveryRequest): Promise<ResourceMetadata | null> {
  const { challenge, serverUrl, server, resourceFetch: fetch } = request;
  const told = challenge.resource_metadata;
  if (told !== undefined && !isWebAddress(told)) {
    throw unusable(server, "where it says that its metadata is, is not a web address.");
  }
  const places = told === undefined ? [] : [told];
  for (const place of new Set([...places, ...resourcePlaces(serverUrl)])) {
    const from = new URL(place);
    const document = await fetchDocument(from, { server, fetch });
    if (document === undefined) continue;
    const metadata = readResourceMetadata(document, from, server);
    if (isAbout(metadata.resource, serverUrl)) return metadata;
    throw unusable(server, `its metadata is about “${said(metadata.resource)}”, not about it.`);
  }
  return null;
}

async function firstThatWorks(
  named: readonly string[],
  request: DiscoveryRequest,
): Promise<AuthorizationServer> {
  const problems: GatewayError[] = [];
  for (const issuer of named.slice(0, MOST_TRIED)) {
    try {
      return await namedServer(issuer, request);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      problems.push(error);
    }
  }
  throw problems[0] ?? unusable(request.server, "it names no authorization server.");
}

async function namedServer(
  issuer: string,
  request: DiscoveryRequest,
): Promise<AuthorizationServer> {
  assertIssuer(issuer, request.server);
  const found = await firstMetadata(metadataPlaces(issuer), request, (own) => isSame(own, issuer));
  if (found === null) {
    throw unusable(request.server, `${new URL(issuer).host} publishes no metadata.`);
  }
  assertFit(found, request);
  return found;
}

/**
 * As MCP 2025-03-26 has it: the authorization server is where the server is. Nobody named it before,
 * so its name is what it says, as long as that is of the same origin. Null where it publishes nothing.
 */
function atOrigin(request: DiscoveryRequest): Promise<AuthorizationServer | null> {
  const { origin } = request.serverUrl;
  const isOwn = (issuer: string): boolean => new URL(issuer).origin === origin;
  return firstMetadata(metadataPlaces(origin), request, isOwn);
}

/** MCP 2025-03-26, fallbacks for servers without metadata discovery. */
const withDefaultEndpoints = (origin: string): AuthorizationServer => ({
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  registration_endpoint: `${origin}/register`,
  code_challenge_methods_supported: ["S256"],
});

/** The first metadata there is; null without any. What is not of the right issuer is not used. */
async function firstMetadata(
  places: Iterable<string>,
  asker: Asker,
  isRight: (issuer: string) => boolean,
): Promise<AuthorizationServer | null> {
  for (const place of places) {
    const from = new URL(place);
    const document = await fetchDocument(from, asker);
    if (document === undefined) continue;
    const metadata = readServerMetadata(document, from, asker.server);
    if (isRight(metadata.issuer)) return metadata;
    const other = said(metadata.issuer);
    throw unusable(asker.server, `the metadata at ${from.host} is of another issuer, “${other}”.`);
  }
  return null;
}

/**
 * Whether metadata is of the issuer that was asked for (RFC 8414, 3.3): the same text. Servers and
 * authorization servers often disagree on a slash at the end; both names are asked at the same
 * place, so the same one answers for both.
 */
const isSame = (named: string, asked: string): boolean =>
  named === asked || named === `${asked}/` || asked === `${named}/`;

function assertIssuer(issuer: string, server: string): void {
  if (!isIssuer(issuer)) {
    throw unusable(server, `“${said(issuer)}” is not the address of an authorization server.`);
  }
}

/**
 * Whether a person can be sent there. MCP 2025-11-25 and 2026-07-28 have a client refuse where PKCE
 * is not said to be supported. Some large authorization servers support it and say nothing; a person
 * who names one vouches for that.
 *
 * @throws GatewayError sign_in_metadata, address_blocked
 */
function assertFit(
  {
    authorization_endpoint: page,
    code_challenge_methods_supported: methods,
    issuer,
  }: AuthorizationServer,
  { server, serverUrl, configuredIssuer, usesCode = true }: DiscoveryRequest,
): void {
  if (!usesCode) return;
  const namedBy = configuredIssuer === null ? serverUrl : new URL(configuredIssuer);
  if (page !== undefined) assertAllowed(new URL(page), { signInOf: namedBy });
  const isVouchedFor = methods === undefined && configuredIssuer !== null;
  if (isVouchedFor || methods?.includes("S256")) return;
  const { host } = new URL(issuer);
  throw unusable(server, `${host} does not say that it protects sign-ins with PKCE (S256).`);
}

/** The URI by which a server is known where it gives none: what follows a ? may be a secret. */
const withoutSecrets = ({ origin, pathname }: URL): string =>
  pathname === "/" ? origin : `${origin}${pathname}`;
