import { GatewayError } from "@local-mcp/contract";
import type { Fetch } from "@local-mcp/engine";
import * as oauth from "oauth4webapi";
import { wrongAnswer } from "./authorization-answer.ts";
import { clientAuthOf } from "./client.ts";
import { unreachable } from "./http-answer.ts";
import type { OAuthClient, TokenAnswer } from "./sign-in-types.ts";
import {
  type AnswerContext,
  type DeviceAuthorization,
  hostOf,
  readAnswer,
  readDevice,
  readTokens,
} from "./token-answer.ts";

/** Who asks which authorization server, and for what. */
export interface TokenContext extends AnswerContext {
  client: OAuthClient;
  /** What the tokens are for (RFC 8707). */
  resource: string;
  /** Configured ones, sent along with each request. */
  parameters: Readonly<Record<string, string>>;
  fetch: Fetch;
}

/**
 * Exchanges the code of an authorization answer that has been checked (RFC 6749, 4.1.3).
 *
 * @param answer the parameters with which the browser came back
 * @throws GatewayError sign_in_refused, sign_in_wrong_answer, host_unreachable
 */
export async function exchangeCode(
  context: TokenContext,
  { answer, state, redirectUri, verifier }: CodeAnswer,
): Promise<TokenAnswer> {
  let checked: URLSearchParams;
  try {
    checked = oauth.validateAuthResponse(
      context.authorizationServer,
      clientOf(context),
      answer,
      state,
    );
  } catch (cause) {
    throw wrongAnswer(context.server, "it does not belong to what was asked.", cause);
  }
  return askForTokens(context, (auth, options) =>
    oauth.authorizationCodeGrantRequest(
      context.authorizationServer,
      clientOf(context),
      auth,
      checked,
      redirectUri,
      verifier,
      options,
    ),
  );
}

export interface CodeAnswer {
  answer: URLSearchParams;
  state: string;
  redirectUri: string;
  verifier: string;
}

/**
 * Renews access (RFC 6749, 6).
 *
 * @throws GatewayError sign_in_refused where it will not work any more, host_unreachable where it
 * may a little later
 */
export const refreshTokens = (context: TokenContext, refreshToken: string): Promise<TokenAnswer> =>
  askForTokens(context, (auth, options) =>
    oauth.refreshTokenGrantRequest(
      context.authorizationServer,
      clientOf(context),
      auth,
      refreshToken,
      options,
    ),
  );

/** Access for the gateway itself (RFC 6749, 4.4). @throws GatewayError as {@link refreshTokens} */
export const requestAsClient = (
  context: TokenContext,
  scopes: readonly string[],
): Promise<TokenAnswer> =>
  askForTokens(context, (auth, options) =>
    oauth.clientCredentialsGrantRequest(
      context.authorizationServer,
      clientOf(context),
      auth,
      withScope(options.additionalParameters, scopes),
      options,
    ),
  );

/** Begins a sign-in on another device (RFC 8628, 3.1). @throws GatewayError as {@link refreshTokens} */
export async function beginDevice(
  context: TokenContext,
  scopes: readonly string[],
): Promise<DeviceAuthorization> {
  const options = optionsOf(context);
  const parameters = withScope(options.additionalParameters, scopes);
  const response = await reached(context, async () =>
    oauth.deviceAuthorizationRequest(
      context.authorizationServer,
      clientOf(context),
      await clientAuthOf(context.client),
      parameters,
      options,
    ),
  );
  return readDevice(context, response);
}

/**
 * Asks once whether the person is done (RFC 8628, 3.4).
 *
 * @throws GatewayError as {@link refreshTokens}
 */
export async function pollDevice(
  context: TokenContext,
  deviceCode: string,
): Promise<TokenAnswer | "pending" | "slow_down"> {
  try {
    return await askForTokens(context, (auth, options) =>
      oauth.deviceCodeGrantRequest(
        context.authorizationServer,
        clientOf(context),
        auth,
        deviceCode,
        options,
      ),
    );
  } catch (error) {
    const said = error instanceof GatewayError ? error.params.error : null;
    if (said === "authorization_pending") return "pending";
    if (said === "slow_down") return "slow_down";
    throw error;
  }
}

/**
 * Has a token revoked (RFC 7009). False where the authorization server offers no way to.
 *
 * @throws GatewayError as {@link refreshTokens}
 */
export async function revokeToken(
  context: TokenContext,
  token: string,
  hint: "access_token" | "refresh_token",
): Promise<boolean> {
  if (context.authorizationServer.revocation_endpoint === undefined) return false;
  const options = { ...optionsOf(context), additionalParameters: { token_type_hint: hint } };
  const response = await reached(context, async () =>
    oauth.revocationRequest(
      context.authorizationServer,
      clientOf(context),
      await clientAuthOf(context.client),
      token,
      options,
    ),
  );
  if (response.status === 200) return true;
  await readAnswer(context, response);
  return true;
}

type RequestOptions = ReturnType<typeof optionsOf>;

/** Sends one token request and reads what came. */
async function askForTokens(
  context: TokenContext,
  send: (auth: oauth.ClientAuth, options: RequestOptions) => Promise<Response>,
): Promise<TokenAnswer> {
  const auth = await clientAuthOf(context.client);
  const response = await reached(context, () => send(auth, optionsOf(context)));
  return readTokens(context, response);
}

/** What the library throws of itself is about the metadata, such as an endpoint that is missing. */
async function reached(context: TokenContext, send: () => Promise<Response>): Promise<Response> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw unreachable(hostOf(context), "its metadata does not say how.", error);
  }
}

const clientOf = ({ client }: TokenContext): oauth.Client => ({ client_id: client.clientId });

const optionsOf = ({ client, fetch, parameters, redactor, resource }: TokenContext) => ({
  // The addresses are judged by the fetch that is given, which knows who named them.
  [oauth.allowInsecureRequests]: true,
  [oauth.customFetch]: (url: string, { method, headers, body, signal }: LibraryRequest) => {
    const sent = SECRET_PARAMETERS.map((name) => body.get(name));
    for (const secret of [client.clientSecret, ...sent]) if (secret) redactor.knowForNow(secret);
    return fetch(url, { method, headers, body, signal });
  },
  additionalParameters: { ...parameters, resource },
});
/** Of requests to an authorization server. */
const SECRET_PARAMETERS = [
  "code",
  "code_verifier",
  "refresh_token",
  "token",
  "device_code",
  "client_assertion",
];
type LibraryRequest = oauth.CustomFetchOptions<"POST", URLSearchParams>;

const withScope = (
  parameters: Readonly<Record<string, string>>,
  scopes: readonly string[],
): Record<string, string> =>
  scopes.length === 0 ? { ...parameters } : { ...parameters, scope: scopes.join(" ") };
