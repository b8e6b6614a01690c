import { z } from "zod";
import { problem } from "./problem.ts";
import { noSecret, secretIn, secretOnce } from "./secret-fields.ts";
import { secretInfo } from "./secrets.ts";

/**
 * Who signs in at a remote server that asks for it (MCP, authorization): a person in a browser, the
 * gateway by itself as a client with credentials of its own (RFC 6749, 4.4), or nobody.
 */
export const signInKind = z.enum(["person", "client_credentials", "off"]);
export type SignInKind = z.infer<typeof signInKind>;

/** As people read it. */
export const SIGN_IN_KIND_WORDS: Record<SignInKind, string> = {
  person: "A person, when the server asks for it",
  client_credentials: "The gateway itself, with a client's credentials",
  off: "Nobody",
};

const oneLine = z
  .string()
  // oxlint-disable-next-line no-control-regex -- the control characters are the point
  .regex(/^[^\u0000-\u001f\u007f]+$/, "It is one line of text.");
const webAddress = z.url({ protocol: /^https?$/, error: "Write the whole URL, with https://." });

const isClientMetadataUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, pathname, hash } = new URL(text);
  return protocol === "https:" && `${username}${password}${hash}` === "" && pathname !== "/";
};

/** Of a client ID metadata document (draft-ietf-oauth-client-id-metadata-document, 3). */
export const clientMetadataUrl = z
  .string()
  .refine(isClientMetadataUrl, "Write the whole URL, with https:// and a path.");

/** RFC 6749, 3.3. */
export const scopeToken = z
  .string()
  .regex(
    /^[\u0021\u0023-\u005b\u005d-\u007e]{1,200}$/,
    "A scope has no spaces, quotes or backslashes.",
  );

/** Parameters of the protocol, which nobody sets by hand. */
export const PROTOCOL_PARAMETERS: readonly string[] = [
  "response_type",
  "client_id",
  "client_secret",
  "client_assertion",
  "client_assertion_type",
  "redirect_uri",
  "state",
  "scope",
  "code",
  "code_challenge",
  "code_challenge_method",
  "code_verifier",
  "grant_type",
  "refresh_token",
  "device_code",
  "resource",
  "response_mode",
  "request",
  "request_uri",
];
const parameterName = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,100}$/, "A parameter's name has letters, digits and _ . : -.")
  .refine((name) => !PROTOCOL_PARAMETERS.includes(name), "The sign-in sets this parameter itself.");

/**
 * How a server is signed in to, where that differs from what it says of itself. Absent keeps, null
 * clears, a value sets; `parameters` are merged name by name.
 */
export const signInWrite = z.object({
  kind: signInKind.nullable().optional(),
  /** Of a client that was registered by hand. */
  clientId: oneLine.nullable().optional(),
  clientSecret: secretIn(oneLine).nullable().optional(),
  /** PEM (PKCS #8), for authorization servers that want signed assertions (RFC 7523). */
  privateKey: secretIn(z.string().max(20_000)).nullable().optional(),
  /** Of a client ID metadata document; it is the client's id where the authorization server reads such. */
  clientMetadataUrl: clientMetadataUrl.nullable().optional(),
  /** The authorization server, for servers that do not name theirs. */
  issuer: webAddress.nullable().optional(),
  /** In place of those that the server asks for. */
  scopes: z.array(scopeToken).max(100).nullable().optional(),
  /**
   * Sent along with the authorization and token requests; one that holds `${secret:name}` marks with
   * token requests alone, since others can read the address of a page.
   */
  parameters: z.record(parameterName, noSecret(oneLine).nullable()).optional(),
  /** Of http://127.0.0.1, where a registration names one; otherwise any that is free. */
  redirectPort: z.number().int().min(1024).max(65_535).nullable().optional(),
});
export type SignInWrite = z.infer<typeof signInWrite>;

export const signInConfigView = z.object({
  kind: signInKind,
  clientId: z.string().nullable(),
  clientSecret: secretInfo.nullable(),
  privateKey: secretInfo.nullable(),
  clientMetadataUrl: z.string().nullable(),
  issuer: z.string().nullable(),
  scopes: z.array(z.string()).nullable(),
  parameters: z.record(z.string(), noSecret(z.string())),
  redirectPort: z.number().int().nullable(),
});
export type SignInConfigView = z.infer<typeof signInConfigView>;

/** What is known of a sign-in, computed once in packages/gateway and rendered elsewhere. */
export const signInState = z.enum([
  /** Nobody has signed in, and the server asks for it. */
  "signed_out",
  /** A person is on the way: in a browser, or with a code. */
  "waiting",
  "signed_in",
  /** Access is being renewed. */
  "refreshing",
  /** It was signed in, and is not any more: a person has to do it again. */
  "again",
  /** The authorization server, or whoever was asked there, said no. */
  "refused",
]);
export type SignInState = z.infer<typeof signInState>;

/** The word for each state, the same in window, tray and command line. */
export const SIGN_IN_WORDS: Record<SignInState, string> = {
  signed_out: "Not signed in",
  waiting: "Waiting for the browser…",
  signed_in: "Signed in",
  refreshing: "Refreshing…",
  again: "Sign in again",
  refused: "Refused",
};

export const signInWay = z.enum(["browser", "device"]);
export type SignInWay = z.infer<typeof signInWay>;

export const signInStatus = z.object({
  state: signInState,
  /** “Signed in until 14:02.”, “Sign in again, because …”. Holds no secret. */
  message: z.string(),
  /** The authorization server, as its metadata names it; null before it is known. */
  issuer: z.string().nullable(),
  /** Who signed in, where the authorization server says so. */
  account: z.string().nullable(),
  /** What was granted. */
  scopes: z.array(z.string()),
  /** What the server has asked for since, and was not granted. */
  wanted: z.array(z.string()),
  /** Of the access that is used now, ms since 1970; null where nobody said. */
  expiresAt: z.number().int().nullable(),
  /** Whether access is renewed without a person. */
  renews: z.boolean(),
  /** While a person is on the way. */
  waiting: z
    .object({
      id: z.string(),
      way: signInWay,
      /** Host of the page that is visited. */
      host: z.string(),
      startedAt: z.number().int(),
      /** When it is given up, ms since 1970. */
      endsAt: z.number().int(),
    })
    .nullable(),
});
export type SignInStatus = z.infer<typeof signInStatus>;

/** What a person needs to go on with a sign-in that has begun. */
export const signInStarted = z.object({
  id: z.string(),
  way: signInWay,
  /**
   * The page to visit; null where no person is needed, and the sign-in is over already. It belongs
   * to this one sign-in, so it is shown to nobody but whoever asked.
   */
  url: secretOnce(z.string()).nullable(),
  /** Host of that page, named before it is opened. */
  host: z.string(),
  issuer: z.string(),
  /** What is asked for; empty where that is left to the authorization server. */
  scopes: z.array(z.string()),
  /** What to type on that page, on another device (RFC 8628). */
  userCode: secretOnce(z.string()).nullable(),
  /** When it is given up, ms since 1970. */
  endsAt: z.number().int(),
});
export type SignInStarted = z.infer<typeof signInStarted>;

export const signInProgress = z.object({
  /** `waiting` still, `done`, `failed`, or ended by a person or a later sign-in. */
  state: z.enum(["waiting", "done", "failed", "cancelled"]),
  /** Why it failed. */
  problem: problem.nullable(),
  status: signInStatus,
});
export type SignInProgress = z.infer<typeof signInProgress>;

/** Signing out takes effect here at once; whether the authorization server was told is said. */
export const signedOut = z.object({
  revoked: z.enum(["yes", "no", "not_offered", "nothing_to_revoke"]),
  status: signInStatus,
});
export type SignedOut = z.infer<typeof signedOut>;

/** The address to which a browser was sent back, pasted by a person whose browser is elsewhere. */
export const pastedAddress = secretIn(z.string().min(1).max(10_000));
