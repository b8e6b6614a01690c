import { GatewayError } from "@local-mcp/contract";
import { assertAllowed, type Fetch, pageUrl } from "@local-mcp/engine";
import { authorizationUrl, digestOf, newProof } from "./authorization-request.ts";
import { type After, CallbackListener, redirectUri } from "./callback-listener.ts";
import type { Discovered, OAuthClient, TokenAnswer } from "./sign-in-types.ts";
import type { SignInServer, StoredSignIn } from "./stored-sign-in.ts";
import type { SignInRedactor } from "./token-answer.ts";
import { beginDevice, type TokenContext } from "./token-requests.ts";

/** Has the tokens stored when it returns. @throws GatewayError vault_… */
export type OnTokens = (answer: TokenAnswer, client: OAuthClient, scopes: string[]) => void;

/** Told why it came to nothing; not where nobody came back in time. */
export type OnFailed = (error: GatewayError) => void;

export interface SignInRequest {
  server: SignInServer;
  way: "browser" | "device";
  discovered: Discovered;
  /** Empty leaves that to the authorization server. */
  scopes: string[];
  /** Configured ones, and those of them that may be in the address of a page. */
  parameters: Record<string, string>;
  pageParameters: Record<string, string>;
  /** The only port that may be used; null where any may. */
  redirectPort: number | null;
  /** One that would spare a registration. */
  preferredPort: number | null;
  /** @throws GatewayError sign_in_no_client and others */
  clientFor: (redirectUri: string) => Promise<OAuthClient>;
  /** Who named the authorization server: the address of the server, or what a person configured. */
  namedBy: URL;
  fetch: Fetch;
  redactor: SignInRedactor;
  onTokens: OnTokens;
  onFailed: OnFailed;
}

/** A sign-in that a person can go on with. */
export interface Begun {
  stored: StoredSignIn;
  url: string;
  userCode: string | null;
  /** Open; null where no browser comes back. */
  listener: CallbackListener | null;
}

interface Times {
  id: string;
  startedAt: number;
  endsAt: number;
  now: () => number;
  after: After;
}

/**
 * Opens the address for the browser's way back, and makes the one for its way out.
 *
 * @throws GatewayError sign_in_not_offered, sign_in_metadata, and what `clientFor` throws
 */
export async function beginInBrowser(request: SignInRequest, times: Times): Promise<Begun> {
  const { server, discovered, scopes, pageParameters, redactor } = request;
  const listener = await listen(request, times.after);
  try {
    const { redirectUri } = listener;
    const client = await request.clientFor(redirectUri);
    const proof = newProof();
    for (const secret of [proof.state, proof.verifier]) redactor.knowForNow(secret);
    const url = authorizationUrl({
      server: server.name,
      authorizationEndpoint: discovered.authorizationServer.authorization_endpoint,
      clientId: client.clientId,
      redirectUri,
      scopes,
      resource: discovered.resource,
      parameters: pageParameters,
      proof,
    });
    const stateDigest = digestOf(proof.state);
    const by = { way: "browser", redirectUri, stateDigest, verifier: proof.verifier } as const;
    const stored = storedOf(request, times, client, { url, by });
    return { stored, url, userCode: null, listener };
  } catch (error) {
    await listener.close();
    throw error;
  }
}

/**
 * Asks for a code that a person types on another device (RFC 8628).
 *
 * @throws GatewayError as {@link beginInBrowser}, and sign_in_refused, host_unreachable,
 * address_blocked
 */
export async function beginOnDevice(request: SignInRequest, times: Times): Promise<Begun> {
  const { server, discovered, scopes } = request;
  if (discovered.authorizationServer.device_authorization_endpoint === undefined) {
    throw new GatewayError("sign_in_not_offered", {
      server: server.name,
      reason: "its authorization server does not offer codes for other devices.",
      way: "Sign in with a browser; where it is on another computer, paste the address it ends up at.",
    });
  }
  // No browser comes back, but a client is registered with an address; one that it has is kept.
  const port = request.redirectPort ?? request.preferredPort;
  const client = await request.clientFor(redirectUri(port));
  const device = await beginDevice(contextOf(request, client, times.now), scopes);
  const url = pageUrl(device.url);
  if (url === null) {
    const reason = "the page it names for it is none that may be opened.";
    throw new GatewayError("sign_in_metadata", { server: server.name, reason });
  }
  assertAllowed(new URL(url), { signInOf: request.namedBy });
  const { deviceCode, intervalMs, userCode } = device;
  const by = { way: "device", deviceCode, intervalMs } as const;
  const endsAt = Math.min(device.endsAt, times.endsAt);
  const stored = storedOf(request, { ...times, endsAt }, client, { url, by });
  return { stored, url, userCode, listener: null };
}

/** With what the tokens of a request are asked for. */
export const contextOf = (
  { server, discovered, parameters, fetch, redactor }: SignInRequest,
  client: OAuthClient,
  now: () => number,
): TokenContext => ({
  server: server.name,
  ...discovered,
  client,
  parameters,
  fetch,
  redactor,
  now,
});

const storedOf = (
  { server, discovered, scopes }: SignInRequest,
  { id, startedAt, endsAt }: Times,
  client: OAuthClient,
  { url, by }: { url: string; by: StoredSignIn["by"] },
): StoredSignIn => ({
  id,
  server,
  startedAt,
  endsAt,
  host: new URL(url).host,
  resource: discovered.resource,
  scopes,
  client,
  by,
});

async function listen(
  { server, redirectPort, preferredPort }: SignInRequest,
  after: After,
): Promise<CallbackListener> {
  if (redirectPort === null) {
    return CallbackListener.open(preferredPort === null ? [0] : [preferredPort, 0], after);
  }
  try {
    return await CallbackListener.open([redirectPort], after);
  } catch (cause) {
    const params = {
      server: server.name,
      reason: `port ${redirectPort} of this computer, where its client expects the answer, is in use.`,
      way: "Stop the program that uses it, or cancel the sign-in that does, then try again.",
    };
    throw new GatewayError("sign_in_not_offered", params, { cause });
  }
}
