import { GatewayError } from "@local-mcp/contract";
import type { Fetch } from "@local-mcp/engine";
import type { Redactor } from "@local-mcp/vault";
import * as oauth from "oauth4webapi";
import { z } from "zod";
import { clientAuthOf } from "./client.ts";
import { said } from "./said.ts";
import type { OAuthClient, TokenAnswer } from "./sign-in-types.ts";

/** Who asks which authorization server, and for what. */
export interface TokenContext {
  /** Name of the server that is signed in to, for errors. */
  server: string;
  authorizationServer: oauth.AuthorizationServer;
  client: OAuthClient;
  /** What the tokens are for (RFC 8707). */
  resource: string;
  /** Configured ones, sent along with each request. */
  parameters: Readonly<Record<string, string>>;
  fetch: Fetch;
  redactor: SignInRedactor;
  now: () => number;
}

/** Told of each secret of a sign-in before it is sent or kept, and takes them out of what is shown. */
export type SignInRedactor = Pick<Redactor, "know" | "text">;

/** A person on another device is shown this (RFC 8628, 3.2). */
export interface DeviceAuthorization {
  deviceCode: string;
  userCode: string;
  /** Where the code is typed, or already is. */
  url: string;
  intervalMs: number;
  /** ms since 1970. */
  endsAt: number;
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
    const reason = "it does not belong to what was asked.";
    throw new GatewayError("sign_in_wrong_answer", { server: context.server, reason }, { cause });
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
  const body = await readAnswer(context, response);
  const parsed = deviceAnswer.safeParse(body);
  if (!parsed.success) throw notUnderstood(context);
  const { device_code, user_code, verification_uri, verification_uri_complete } = parsed.data;
  for (const code of [device_code, user_code]) context.redactor.know(code);
  return {
    deviceCode: device_code,
    userCode: user_code,
    url: verification_uri_complete ?? verification_uri,
    intervalMs: parsed.data.interval * 1000,
    endsAt: context.now() + parsed.data.expires_in * 1000,
  };
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
  const parsed = tokenAnswer.safeParse(await readAnswer(context, response));
  if (!parsed.success) throw notUnderstood(context);
  const { access_token, refresh_token, scope, expires_in, id_token } = parsed.data;
  for (const token of [access_token, refresh_token, id_token]) {
    if (token) context.redactor.know(token);
  }
  return {
    accessToken: access_token,
    tokenType: "Bearer",
    refreshToken: refresh_token ?? null,
    scope: scope ?? null,
    // Some servers write 0 where they mean that it does not end.
    expiresAt: expires_in ? context.now() + expires_in * 1000 : null,
    account: id_token ? accountOf(id_token) : null,
  };
}

/** What the library throws of itself is about the metadata, such as an endpoint that is missing. */
async function reached(context: TokenContext, send: () => Promise<Response>): Promise<Response> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new GatewayError(
      "host_unreachable",
      { host: hostOf(context), reason: "its metadata does not say how." },
      { cause: error },
    );
  }
}

/**
 * The JSON of an answer. An `error` in it is a refusal whatever the status: some servers send 200
 * with it.
 *
 * @throws GatewayError sign_in_refused with the `error` code as a parameter; host_unreachable
 */
async function readAnswer(context: TokenContext, response: Response): Promise<unknown> {
  const { status } = response;
  const body: unknown = await response.json().catch(() => null);
  const told = refusal.safeParse(body);
  const isPassing = status >= 500 || status === 429 || status === 408;
  if (told.success && !isPassing && told.data.error !== "temporarily_unavailable") {
    const { error, error_description } = told.data;
    throw refused(context, error, error_description);
  }
  if (status < 200 || status > 299) {
    throw new GatewayError("host_unreachable", {
      host: hostOf(context),
      reason: `it answered with HTTP status ${status}.`,
    });
  }
  return body;
}

/** What an `error` of RFC 6749, 5.2 and its relatives means, in the middle of a sentence. */
const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    access_denied: "it was declined",
    expired_token: "nobody confirmed it in time",
    invalid_client: "it does not know the gateway's client any more",
    invalid_grant: "what it was given is not valid any more",
    invalid_scope: "it does not grant what was asked for",
    invalid_target: "it does not grant access to this server",
    unauthorized_client: "the client may not sign in this way",
    unsupported_grant_type: "it does not offer this way to sign in",
  }),
);

/** Of a text that is shown in part, characters. */
const MOST_READ = 2000;

/** A refusal in words; its `error` code is a parameter for those who act on it. */
export function refused(
  {
    server,
    authorizationServer,
    redactor,
  }: Pick<TokenContext, "server" | "authorizationServer" | "redactor">,
  error: string,
  description = "",
): GatewayError {
  // Some quote what they were sent.
  const shown = (text: string): string | null => said(redactor.text(text.slice(0, MOST_READ)));
  const words = REASONS.get(error) ?? shown(error) ?? "it gave no reason";
  const more = shown(description);
  return new GatewayError("sign_in_refused", {
    host: new URL(authorizationServer.issuer).host,
    server,
    reason: more === null ? `${words}.` : `${words} (“${more}”).`,
    error: shown(error) ?? "",
  });
}

const notUnderstood = (context: TokenContext): GatewayError =>
  new GatewayError("host_unreachable", {
    host: hostOf(context),
    reason: "its answer could not be understood.",
  });

const hostOf = ({ authorizationServer }: TokenContext): string =>
  new URL(authorizationServer.issuer).host;

const clientOf = ({ client }: TokenContext): oauth.Client => ({ client_id: client.clientId });

const optionsOf = ({ client, fetch, parameters, redactor, resource }: TokenContext) => ({
  // The addresses are judged by the fetch that is given, which knows who named them.
  [oauth.allowInsecureRequests]: true,
  [oauth.customFetch]: (url: string, { method, headers, body, signal }: LibraryRequest) => {
    const sent = SECRET_PARAMETERS.map((name) => body.get(name));
    for (const secret of [client.clientSecret, ...sent]) if (secret) redactor.know(secret);
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

/** A number that some servers write as text. */
const seconds = z.coerce
  .number()
  .min(0)
  .max(10 * 365 * 86_400);
/** What does not fit into a header is no token. */
const bearer = z.string().regex(/^[\u0021-\u007e]{1,100000}$/);

/** Some servers write null for what they do not give. */
const tokenAnswer = z.object({
  access_token: bearer,
  token_type: z.string().regex(/^bearer$/i),
  refresh_token: z.string().min(1).nullish(),
  expires_in: seconds.nullish(),
  scope: z.string().nullish(),
  id_token: z.string().nullish(),
});

const deviceAnswer = z.object({
  device_code: z.string().min(1),
  user_code: z.string().min(1).max(100),
  verification_uri: z.string(),
  verification_uri_complete: z.string().optional(),
  expires_in: seconds,
  interval: z.number().min(0).max(300).default(5),
});

const refusal = z.object({ error: z.string().min(1), error_description: z.string().optional() });

const claims = z.object({
  email: z.string().optional(),
  preferred_username: z.string().optional(),
  name: z.string().optional(),
});

/** Who signed in. It came over the connection to the token endpoint, and is only shown. */
function accountOf(idToken: string): string | null {
  const payload = idToken.split(".")[1] ?? "";
  try {
    const parsed = claims.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
    if (!parsed.success) return null;
    const { email, preferred_username, name } = parsed.data;
    return said(email ?? preferred_username ?? name);
  } catch {
    // An ID token that cannot be read says nobody's name.
    return null;
  }
}
