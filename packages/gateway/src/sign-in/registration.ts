import { GatewayError } from "@local-mcp/contract";
import type { Fetch } from "@local-mcp/engine";
import { z } from "zod";
import { isPassing, jsonIn, statusAnswered } from "./http-answer.ts";
import { unusable } from "./metadata.ts";
import { said } from "./said.ts";
import { hostOf } from "./token-answer.ts";
import type { ClientAuthMethod, Discovered, Registration } from "./sign-in-types.ts";

export interface RegistrationRequest {
  /** Name of the server that is signed in to, for errors. */
  server: string;
  discovered: Discovered;
  /** What is going to be asked for; empty where that is left to the authorization server. */
  scopes: readonly string[];
  /** With the port on which the answer is waited for. */
  redirectUri: string;
  fetch: Fetch;
}

const CLIENT_NAME = "Local MCP Gateway";
const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

/**
 * Registers the gateway at an authorization server (RFC 7591).
 *
 * @throws GatewayError sign_in_no_client where it is not let; host_unreachable, address_blocked
 */
export async function register(request: RegistrationRequest): Promise<Registration> {
  const { discovered, redirectUri } = request;
  const { authorizationServer: server } = discovered;
  if (server.registration_endpoint === undefined) {
    throw noClient(request, "it offers no registration.");
  }
  const authMethod = wantedMethod(request);
  const isDevice = server.device_authorization_endpoint !== undefined;
  const client = {
    client_name: CLIENT_NAME,
    application_type: "native",
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code", "refresh_token", ...(isDevice ? [DEVICE_GRANT] : [])],
    response_types: ["code"],
    token_endpoint_auth_method: authMethod,
  };
  const scope = registrableScope(request);
  let answer = await post(server.registration_endpoint, { ...client, ...scope }, request);
  // Some let nobody register for all that they list, and choose by themselves where nothing is named.
  if (isRefusal(answer) && scope !== null) {
    answer = await post(server.registration_endpoint, client, request);
  }
  return registrationIn(answer, authMethod, request);
}

/**
 * Has a registration deleted where it was made (RFC 7592, 2.3), as far as that is offered. Whether
 * it worked changes nothing here.
 */
export async function unregister(
  { registrationAccessToken, registrationClientUri }: Registration,
  fetch: Fetch,
): Promise<void> {
  if (registrationAccessToken === null || registrationClientUri === null) return;
  const headers = { authorization: `Bearer ${registrationAccessToken}` };
  try {
    await fetch(registrationClientUri, { method: "DELETE", headers });
  } catch {
    // A client that nobody uses any more does no harm there.
  }
}

/** The one form of “no client can be had”, which at assumed endpoints says little of clients. */
export const noClient = (
  { server, discovered }: Pick<RegistrationRequest, "server" | "discovered">,
  reason: string,
): GatewayError => {
  const host = hostOf(discovered);
  return discovered.isAssumed
    ? unusable(
        server,
        `${host} does not say how, and registering at the usual address failed: ${reason}`,
      )
    : new GatewayError("sign_in_no_client", { server, host, reason });
};

/** A program on somebody's computer keeps no secret from them, so none is asked for unless needed. */
function wantedMethod(request: RegistrationRequest): ClientAuthMethod {
  const supported =
    request.discovered.authorizationServer.token_endpoint_auth_methods_supported ?? [];
  if (supported.length === 0) return "none";
  const method = OWN_METHODS.find((one) => supported.includes(one));
  if (method !== undefined) return method;
  throw noClient(request, `it wants clients to show who they are by “${said(supported[0])}”.`);
}
const OWN_METHODS: readonly ClientAuthMethod[] = [
  "none",
  "client_secret_basic",
  "client_secret_post",
];

/**
 * All that may be asked for some day: many grant a client nothing beyond what it is registered for,
 * and a server may want more later. Null where nothing is known.
 */
function registrableScope({ scopes, discovered }: RegistrationRequest): { scope: string } | null {
  const { authorizationServer, resourceScopes } = discovered;
  const listed = authorizationServer.scopes_supported ?? [];
  const all = new Set([...scopes, ...(resourceScopes ?? []), ...listed]);
  return all.size === 0 ? null : { scope: [...all].join(" ") };
}

interface Posted {
  status: number;
  body: unknown;
}

/** @throws GatewayError host_unreachable where it may work later */
async function post(endpoint: string, body: object, request: RegistrationRequest): Promise<Posted> {
  const response = await request.fetch(endpoint, {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const { status } = response;
  if (isPassing(status)) throw statusAnswered(new URL(endpoint).host, status);
  return { status, body: jsonIn(await response.text()) };
}

const isRefusal = ({ status }: Posted): boolean => status < 200 || status > 299;

function registrationIn(
  answer: Posted,
  asked: ClientAuthMethod,
  request: RegistrationRequest,
): Registration {
  if (isRefusal(answer)) {
    const told = refusal.safeParse(answer.body);
    const words = told.success
      ? (said(told.data.error_description) ?? said(told.data.error))
      : null;
    throw noClient(request, words === null ? `HTTP status ${answer.status}.` : `“${words}”.`);
  }
  const parsed = registered.safeParse(answer.body);
  if (!parsed.success) throw noClient(request, "its answer could not be understood.");
  const { data } = parsed;
  const expiry = data.client_secret_expires_at ?? 0;
  return {
    issuer: request.discovered.authorizationServer.issuer,
    clientId: data.client_id,
    clientSecret: data.client_secret ?? null,
    clientSecretExpiresAt: data.client_secret == null || expiry === 0 ? null : expiry * 1000,
    authMethod: methodOf(data, asked, request),
    redirectUri: request.redirectUri,
    registrationAccessToken: data.registration_access_token ?? null,
    registrationClientUri: data.registration_client_uri ?? null,
  };
}

/**
 * What the answer says counts. Where it says nothing, a secret is used if the authorization server
 * has a use for one.
 */
function methodOf(
  data: z.infer<typeof registered>,
  asked: ClientAuthMethod,
  request: RegistrationRequest,
): ClientAuthMethod {
  const told = data.token_endpoint_auth_method;
  const hasSecret = data.client_secret != null;
  if (told != null) {
    const method = OWN_METHODS.find((one) => one === told);
    if (method !== undefined && (hasSecret || method === "none")) return method;
    throw noClient(request, `it wants the gateway to show who it is by “${said(told)}”.`);
  }
  if (!hasSecret) return "none";
  const supported = request.discovered.authorizationServer.token_endpoint_auth_methods_supported;
  return supported === undefined ? "client_secret_basic" : asked;
}

const refusal = z.object({
  error: z.string().optional(),
  error_description: z.string().optional().catch(undefined),
});

const registered = z.object({
  client_id: z.string().min(1).max(2000),
  client_secret: z.string().min(1).max(10_000).nullish(),
  /** Seconds since 1970; 0 when it does not expire. */
  client_secret_expires_at: z.coerce.number().min(0).nullish(),
  token_endpoint_auth_method: z.string().nullish(),
  registration_access_token: z.string().min(1).max(10_000).nullish(),
  registration_client_uri: z.string().max(2000).nullish(),
});
