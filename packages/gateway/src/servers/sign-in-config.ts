import { createPrivateKey, type KeyObject } from "node:crypto";
import {
  GatewayError,
  type SecretInfo,
  type SignInConfigView,
  type SignInWrite,
} from "@local-mcp/contract";
import type { StoredServerConfig, StoredSignIn } from "@local-mcp/database";
import { assertAllowed } from "@local-mcp/engine";
import type { SignInConfig } from "../sign-in/sign-in-types.ts";
import { filler, type Reveal } from "./secret-values.ts";
import { marksIn } from "./url-secrets.ts";

/** Takes a secret in, under a name that is unique within its server; returns its id. */
type AddSecret = (name: string, value: string) => string;

/**
 * What is stored after a change: absent keeps, null clears, a value sets, and null in place of the
 * change clears all. Undefined where nothing is left that differs from what the server says of
 * itself.
 *
 * @throws GatewayError validation_failed, address_blocked
 */
export function changeSignIn(
  before: StoredSignIn = {},
  changes: SignInWrite | null = {},
  add: AddSecret,
): StoredSignIn | undefined {
  if (changes === null) return undefined;
  const secret = (name: string, value: string | null | undefined) =>
    typeof value === "string" ? { secret: add(`sign-in.${name}`, value) } : value;
  const { privateKey, issuer, clientMetadataUrl } = changes;
  if (typeof issuer === "string") checkIssuer(issuer);
  if (typeof clientMetadataUrl === "string") assertAllowed(new URL(clientMetadataUrl), "person");
  const kind = changed(before.kind, changes.kind);
  const after: StoredSignIn = {
    // What is usual is what is not said.
    kind: kind === "person" ? undefined : kind,
    clientId: changed(before.clientId, changes.clientId),
    clientSecret: changed(before.clientSecret, secret("client-secret", changes.clientSecret)),
    privateKey: changed(
      before.privateKey,
      secret(
        "private-key",
        typeof privateKey === "string" ? readPrivateKey(privateKey) : privateKey,
      ),
    ),
    clientMetadataUrl: changed(before.clientMetadataUrl, clientMetadataUrl),
    issuer: changed(before.issuer, issuer),
    scopes: changed(before.scopes, changes.scopes),
    parameters: mergeParameters(before.parameters, changes.parameters),
    redirectPort: changed(before.redirectPort, changes.redirectPort),
  };
  checkCredentials(after);
  return Object.values(after).some((value) => value !== undefined) ? after : undefined;
}

const changed = <Value>(
  before: Value | undefined,
  change: Value | null | undefined,
): Value | undefined => (change === undefined ? before : (change ?? undefined));

function mergeParameters(
  before: StoredSignIn["parameters"] = {},
  changes: NonNullable<SignInWrite["parameters"]> = {},
): StoredSignIn["parameters"] {
  const parameters = { ...before };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete parameters[name];
    else parameters[name] = value;
  }
  return Object.keys(parameters).length === 0 ? undefined : parameters;
}

function checkCredentials({ kind, clientId, clientSecret, privateKey }: StoredSignIn): void {
  if (kind !== "client_credentials") return;
  if (clientId !== undefined && (clientSecret ?? privateKey) !== undefined) return;
  throw refusal(
    "To sign in with a client's credentials, the gateway needs the client's id and its secret or private key. " +
      "Give both, or have a person sign in.",
  );
}

/** RFC 8414, 2: an issuer has neither query nor fragment. */
function checkIssuer(text: string): void {
  const url = new URL(text);
  assertAllowed(url, "person");
  if (`${url.username}${url.password}${url.search}${url.hash}` === "") return;
  throw refusal("The URL of an authorization server has no user, query or fragment.");
}

const CURVES: readonly unknown[] = ["prime256v1", "secp384r1", "secp521r1"];

/** As PKCS #8, whichever way it was written; no message quotes it. */
function readPrivateKey(pem: string): string {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // The reason may quote the text, and tells a person nothing.
    throw refusal("This is no private key in PEM form, or one that is encrypted.");
  }
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const canSign =
    (key.asymmetricKeyType === "rsa" && modulusLength >= 2048) ||
    (key.asymmetricKeyType === "ec" && CURVES.includes(namedCurve)) ||
    key.asymmetricKeyType === "ed25519";
  if (!canSign) {
    throw refusal(
      "The private key has to be RSA of 2048 bits or more, EC on P-256, P-384 or P-521, or Ed25519.",
    );
  }
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

const refusal = (detail: string): GatewayError => new GatewayError("validation_failed", { detail });

/** Ids of the secrets that a sign-in refers to by itself; marks are those of its server. */
export const signInSecretIds = (signIn: StoredSignIn | undefined): string[] =>
  [signIn?.clientSecret, signIn?.privateKey].flatMap((ref) => (ref ? [ref.secret] : []));

/** What is shown of it: everything but the secrets. */
export function viewSignIn(
  signIn: StoredSignIn = {},
  secret: (id: string) => SecretInfo,
): SignInConfigView {
  const { clientSecret, privateKey } = signIn;
  return {
    kind: signIn.kind ?? "person",
    clientId: signIn.clientId ?? null,
    clientSecret: clientSecret ? secret(clientSecret.secret) : null,
    // Every PEM ends alike.
    privateKey: privateKey ? { ...secret(privateKey.secret), hint: null } : null,
    clientMetadataUrl: signIn.clientMetadataUrl ?? null,
    issuer: signIn.issuer ?? null,
    scopes: signIn.scopes ?? null,
    parameters: signIn.parameters ?? {},
    redirectPort: signIn.redirectPort ?? null,
  };
}

/**
 * How a server is signed in to, secrets included, for the moment of a sign-in or renewal. A server
 * that is a command is signed in to by nobody.
 *
 * @param reveal the value of a secret, by its id; null for one that is stored no more
 * @throws GatewayError secret_unset, sign_in_secret_unset, and what `reveal` throws
 */
export function revealSignIn(
  server: string,
  config: StoredServerConfig,
  reveal: Reveal,
): SignInConfig {
  const isCommand = config.transport === "stdio";
  const signIn: StoredSignIn = (isCommand ? undefined : config.signIn) ?? {};
  const fill = filler(server, config, reveal);
  const value = (ref: { secret: string } | undefined, what: string, option: string) => {
    if (ref === undefined) return null;
    const found = reveal(ref.secret);
    if (found === null) throw new GatewayError("sign_in_secret_unset", { server, what, option });
    return found;
  };
  const written = Object.entries(signIn.parameters ?? {});
  const parameters = written.map(([name, text]) => [name, fill(text)]);
  return {
    kind: isCommand ? "off" : (signIn.kind ?? "person"),
    clientId: signIn.clientId ?? null,
    clientSecret: value(signIn.clientSecret, "client secret", "--client-secret"),
    privateKey: value(signIn.privateKey, "private key", "--private-key-file FILE"),
    clientMetadataUrl: signIn.clientMetadataUrl ?? null,
    issuer: signIn.issuer ?? null,
    scopes: signIn.scopes ?? null,
    parameters: Object.fromEntries(parameters),
    pageParameters: Object.fromEntries(written.filter(([, text]) => marksIn(text).length === 0)),
    redirectPort: signIn.redirectPort ?? null,
  };
}

/** Whether a person has said what is sent as Authorization; then no sign-in is used. */
export const hasAuthorizationHeader = (config: StoredServerConfig): boolean =>
  config.transport !== "stdio" &&
  Object.keys(config.headers).some((name) => name.toLowerCase() === "authorization");

/** Who signs in, where and as which client: after a change, former tokens are another's. */
export function isOtherSignIn(before: StoredServerConfig, after: StoredServerConfig): boolean {
  return identity(before) !== identity(after);
}

const identity = (config: StoredServerConfig): string => {
  const signIn = config.transport === "stdio" ? undefined : config.signIn;
  const {
    kind = "person",
    clientId,
    clientSecret,
    privateKey,
    clientMetadataUrl,
    issuer,
  } = signIn ?? {};
  return JSON.stringify([
    kind,
    clientId,
    clientSecret?.secret,
    privateKey?.secret,
    clientMetadataUrl,
    issuer,
  ]);
};
