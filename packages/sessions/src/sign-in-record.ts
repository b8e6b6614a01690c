import { GatewayError } from "@local-mcp/contract";
import type { Place, Sealer } from "@local-mcp/vault";
import { z } from "zod";
import type { OwnedSession } from "./session-data.ts";
import { ownedSession } from "./session-data.ts";
import { parse, stored } from "./text.ts";

/** A sign-in as a store keeps it. */
export interface SignInRecord {
  session: OwnedSession;
  /** True: each use gives it its full time again. False: it ends when it was said to. */
  slides: boolean;
}

/** The JSON of a row. `sealed` holds the secret members of the session, as sealed JSON. */
const envelope = z.strictObject({
  slides: z.boolean(),
  session: z.record(z.string(), z.json()),
  sealed: z.string().optional(),
});
const secrets = z.record(z.string(), z.json());

const SECRET_MEMBERS = new Set(["headers", "tokens", "clientInformation", "codeVerifier"]);
const URL_MEMBERS = new Set(["serverUrl", "callbackUrl"]);

type IsSecret = (member: [name: string, value: unknown]) => boolean;

const secretWhere =
  (isSecretUrl: (url: string) => boolean): IsSecret =>
  ([name, value]) =>
    SECRET_MEMBERS.has(name) ||
    (URL_MEMBERS.has(name) && typeof value === "string" && isSecretUrl(value));

/** User info, query and fragment of a URL may hold credentials. */
const isWorthSealing = secretWhere((url) => /[@?#]/.test(url));

/** A query or a fragment rarely does, and is no reason to refuse a session. */
const isSecretForSure = secretWhere((url) => {
  if (!URL.canParse(url)) return url.includes("@");
  const { username, password } = new URL(url);
  return username !== "" || password !== "";
});

/** What is sealed, or refused where there is no key. */
const secretFor = (sealer: Sealer | undefined): IsSecret =>
  sealer === undefined ? isSecretForSure : isWorthSealing;

/** Whether some of these members of a session would have to be sealed. */
export const holdsSecret = (members: object, sealer: Sealer | undefined): boolean =>
  Object.entries(members).some(secretFor(sealer));

const placeOf = (sessionId: string): Place => ({
  table: "mcp_sessions",
  column: "data",
  row: sessionId,
  owner: "a stored sign-in",
});

/**
 * The text to store. Without a sealer only sessions that hold no secret are accepted.
 * @throws GatewayError `session_secret_unset`, `vault_missing`, `vault_locked`
 */
export const writeSignIn = (
  { session, slides }: SignInRecord,
  sealer: Sealer | undefined,
): string => {
  const members = Object.entries(session).filter(([, value]) => value !== undefined);
  const isSecret = secretFor(sealer);
  const secret = members.filter(isSecret);
  const plain = Object.fromEntries(members.filter((member) => !isSecret(member)));
  if (secret.length === 0) return JSON.stringify({ slides, session: plain });
  if (sealer === undefined) throw new GatewayError("session_secret_unset");
  const text = JSON.stringify(Object.fromEntries(secret));
  const sealed = sealer.seal(text, placeOf(session.sessionId));
  return JSON.stringify({ slides, session: plain, sealed });
};

/**
 * @throws GatewayError `session_secret_unset`, `vault_missing`, `vault_locked`, `secret_damaged`,
 * `database_damaged`
 */
export const readSignIn = (
  sessionId: string,
  text: string,
  sealer: Sealer | undefined,
): SignInRecord => {
  const { slides, session, sealed } = stored(envelope, parse(text));
  if (sealed === undefined) return { slides, session: stored(ownedSession, session) };
  if (sealer === undefined) throw new GatewayError("session_secret_unset");
  const opened = stored(secrets, parse(sealer.open(sealed, placeOf(sessionId))));
  return { slides, session: stored(ownedSession, { ...session, ...opened }) };
};
