import { GatewayError } from "@local-mcp/contract";
import type { Redactor } from "@local-mcp/vault";
import type { AuthorizationServer } from "oauth4webapi";
import { z } from "zod";
import { isPassing, jsonIn, statusAnswered, unreachable } from "./http-answer.ts";
import { said } from "./said.ts";
import type { TokenAnswer } from "./sign-in-types.ts";

/** Told of each secret of a sign-in before it is sent or kept, and takes them out of what is shown. */
export type SignInRedactor = Pick<Redactor, "knowForNow" | "text">;

/** Whose answer it is, and for whom it is read. */
export interface AnswerContext {
  /** Name of the server that is signed in to, for errors. */
  server: string;
  authorizationServer: AuthorizationServer;
  redactor: SignInRedactor;
  now: () => number;
}

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

/** What a token request brought (RFC 6749, 5.1). @throws GatewayError as {@link readAnswer} */
export async function readTokens(context: AnswerContext, response: Response): Promise<TokenAnswer> {
  const parsed = tokenAnswer.safeParse(await readAnswer(context, response));
  if (!parsed.success) throw notUnderstood(context);
  const { access_token, refresh_token, scope, expires_in, id_token } = parsed.data;
  for (const token of [access_token, refresh_token, id_token]) {
    if (token) context.redactor.knowForNow(token);
  }
  return {
    accessToken: access_token,
    refreshToken: refresh_token ?? null,
    scope: scope ?? null,
    // Some servers write 0 where they mean that it does not end.
    expiresAt: expires_in ? context.now() + expires_in * 1000 : null,
    account: id_token ? accountOf(id_token) : null,
  };
}

/** What the beginning on another device brought. @throws GatewayError as {@link readAnswer} */
export async function readDevice(
  context: AnswerContext,
  response: Response,
): Promise<DeviceAuthorization> {
  const parsed = deviceAnswer.safeParse(await readAnswer(context, response));
  if (!parsed.success) throw notUnderstood(context);
  const { device_code, user_code, verification_uri, verification_uri_complete } = parsed.data;
  for (const code of [device_code, user_code]) context.redactor.knowForNow(code);
  return {
    deviceCode: device_code,
    userCode: user_code,
    url: verification_uri_complete ?? verification_uri,
    intervalMs: parsed.data.interval * 1000,
    endsAt: context.now() + parsed.data.expires_in * 1000,
  };
}

/**
 * The JSON of an answer. An `error` in it is a refusal whatever the status: some servers send 200
 * with it.
 *
 * @throws GatewayError sign_in_refused with the `error` code as a parameter; host_unreachable
 */
export async function readAnswer(context: AnswerContext, response: Response): Promise<unknown> {
  const { status } = response;
  const body = jsonIn(await response.text());
  const told = refusal.safeParse(body);
  if (told.success && !isPassing(status) && told.data.error !== "temporarily_unavailable") {
    const { error, error_description } = told.data;
    throw refused(context, error, error_description);
  }
  if (status < 200 || status > 299) {
    throw statusAnswered(hostOf(context), status);
  }
  return body;
}

/** What an `error` of RFC 6749, 5.2 and its relatives means, in the middle of a sentence. */
const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    access_denied: "it was declined",
    expired_token: "nobody confirmed it in time",
    invalid_client: "it does not accept the gateway's client id or secret",
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
  { server, authorizationServer, redactor }: Omit<AnswerContext, "now">,
  error: string,
  description = "",
): GatewayError {
  // Some quote what they were sent.
  const shown = (text: string): string | null => said(redactor.text(text.slice(0, MOST_READ)));
  const words = REASONS.get(error) ?? shown(error) ?? "it gave no reason";
  const more = shown(description);
  return new GatewayError("sign_in_refused", {
    host: hostOf({ authorizationServer }),
    server,
    reason: more === null ? `${words}.` : `${words} (“${more}”).`,
    error: shown(error) ?? "",
  });
}

const notUnderstood = (context: AnswerContext): GatewayError =>
  unreachable(hostOf(context), "its answer could not be understood.");

export const hostOf = ({
  authorizationServer,
}: Pick<AnswerContext, "authorizationServer">): string => new URL(authorizationServer.issuer).host;

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
