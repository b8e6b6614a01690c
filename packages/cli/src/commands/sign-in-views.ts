import {
  type ServerStatus,
  SIGN_IN_WORDS,
  type SignedOut,
  type SignInStarted,
} from "@local-mcp/contract";

/** “ (asked for: repo, read:org)”; nothing where that is left to the authorization server. */
const asked = (scopes: readonly string[]): string =>
  scopes.length === 0 ? "" : ` (asked for: ${scopes.join(", ")})`;

/** What happens next, with the host of the page before it is opened. */
export const startedText = (
  server: string,
  { host, scopes, userCode, way }: SignInStarted,
  opens: boolean,
): string => {
  const why = `to sign in to “${server}”${asked(scopes)}`;
  if (opens) return `Opens ${host} in your browser ${why}.`;
  if (way === "device" && userCode !== null) {
    return `Visit ${host} on any device ${why}, and type the code ${userCode} there:`;
  }
  return `Visit ${host} in a browser ${why}:`;
};

/** ““github”: Signed in as ada@example.com until 14:02, renewed by itself.” */
export const signedInText = (server: string, { signIn }: ServerStatus): string =>
  signIn === null ? `Signed in to “${server}”.` : `“${server}”: ${signIn.message}`;

const REVOKED_WORDS: Record<Exclude<SignedOut["revoked"], "nothing_to_revoke">, string> = {
  yes: "Its access was revoked there as well.",
  no: "The authorization server could not be told, so its access there ends when it expires; your account there may offer to end it at once.",
  not_offered:
    "The authorization server offers no way to revoke its access, which ends there when it expires; your account there may offer to end it at once.",
};

export const signedOutText = (server: string, revoked: SignedOut["revoked"]): string =>
  revoked === "nothing_to_revoke"
    ? `Nobody was signed in to “${server}”.`
    : `Signed out of “${server}”. ${REVOKED_WORDS[revoked]}`;

/** Why more is to be allowed at a server that works; null where nothing is. */
export const wantedText = (wanted: readonly string[]): string | null =>
  wanted.length === 0 ? null : `A call was refused for want of more access: ${wanted.join(", ")}.`;

/** What was asked for by name and is not among what was granted; null where all is. */
export const notGrantedText = (
  asked: readonly string[],
  granted: readonly string[],
): string | null => {
  const missing = asked.filter((scope) => !granted.includes(scope));
  return missing.length === 0 ? null : `Not granted: ${missing.join(", ")}.`;
};

const listed = (words: readonly string[]): string | null => words.join(", ") || null;

/** What `servers show` says of a sign-in, beside the reason of a state that it explains. */
export const signInFacts = ({
  signIn,
  reason,
}: ServerStatus): (readonly [string, string | null])[] =>
  signIn === null
    ? []
    : [
        ["Sign-in", signIn.message === reason?.message ? null : signIn.message],
        ["Account", signIn.account],
        ["Allowed", listed(signIn.scopes)],
        ["Also wanted", listed(signIn.wanted)],
      ];

/** The short word for a table. */
export const signInWord = ({ signIn }: ServerStatus): string =>
  signIn === null ? "-" : SIGN_IN_WORDS[signIn.state];
