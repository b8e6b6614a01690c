import type { GatewayError, SignInStatus } from "@local-mcp/contract";
import type { TokenFacts } from "./token-store.ts";

/** What is known of the sign-in at one server. */
export interface SignInFacts {
  /** Null while nobody is signed in. */
  tokens: TokenFacts | null;
  /** Whether the gateway signs in by itself. */
  isOwn: boolean;
  isRefreshing: boolean;
  /** Why renewing has not worked yet. */
  problem: GatewayError | null;
  /** Why the last try to sign in came to nothing. */
  refusal: GatewayError | null;
  waiting: SignInStatus["waiting"];
}

/** The one place where a sign-in gets its words. */
export function signInStatus(facts: SignInFacts, now: number): SignInStatus {
  const { tokens, isOwn, waiting } = facts;
  return {
    ...stateOf(facts, now),
    issuer: tokens?.issuer ?? null,
    account: tokens?.account ?? null,
    scopes: tokens?.scopes ?? [],
    wanted: tokens?.wanted ?? [],
    expiresAt: tokens?.expiresAt ?? null,
    renews: tokens !== null && tokens.refusal === null && (isOwn || tokens.canRefresh),
    waiting,
  };
}

function stateOf(facts: SignInFacts, now: number): Pick<SignInStatus, "state" | "message"> {
  const { tokens, isRefreshing, problem, refusal, waiting } = facts;
  if (waiting !== null) {
    const where = waiting.way === "device" ? "another device" : "the browser";
    const message = `Waiting for ${where}, at ${waiting.host}, until ${timeOf(waiting.endsAt, now)}.`;
    return { state: "waiting", message };
  }
  // What works is not spoiled by a try that did not.
  if (tokens !== null && tokens.refusal === null) {
    return isRefreshing
      ? { state: "refreshing", message: "Access is being renewed." }
      : { state: "signed_in", message: signedIn(facts, tokens, problem, now) };
  }
  // Where nobody could be asked, or what came could not be stored, nobody has said no.
  if (refusal !== null && /^(sign_in_|address_)/.test(refusal.code)) {
    return { state: "refused", message: because("Refused", refusal.message) };
  }
  if (tokens !== null) {
    return { state: "again", message: because("Sign in again", tokens.refusal ?? "") };
  }
  if (isRefreshing) return { state: "refreshing", message: "Access is being asked for." };
  const trouble = problem ?? refusal;
  if (trouble !== null) {
    return { state: "signed_out", message: `Not signed in: ${trouble.message}` };
  }
  return { state: "signed_out", message: "Nobody has signed in yet." };
}

function signedIn(
  { isOwn }: SignInFacts,
  { account, expiresAt, canRefresh }: TokenFacts,
  problem: GatewayError | null,
  now: number,
): string {
  const who = account === null ? "Signed in" : `Signed in as ${account}`;
  if (expiresAt === null) return `${who}.`;
  const renews = isOwn || canRefresh;
  const isOver = expiresAt <= now;
  const until = isOver
    ? ` until ${timeOf(expiresAt, now)}, which is over`
    : ` until ${timeOf(expiresAt, now)}`;
  if (problem !== null) {
    return `${who}${until}; renewing it has not worked yet: ${problem.message} It is tried again.`;
  }
  return renews ? `${who}${until}, renewed by itself.` : `${who}${until}.`;
}

/** “Sign in again, because …”, with a reason that is a sentence of its own. */
const because = (what: string, reason: string): string =>
  `${what}, because ${decapitalized(reason)}`;

/** A name at the beginning keeps its capitals: only a word of more than one letter loses its first. */
const decapitalized = (text: string): string =>
  /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;

/** The time of day, with the day where it is not today. */
function timeOf(at: number, now: number): string {
  const date = new Date(at);
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === new Date(now).toDateString()) return time;
  return `${date.toLocaleDateString("en-GB", { day: "numeric", month: "short" })}, ${time}`;
}
