import { timingSafeEqual } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
import { digestOf } from "./authorization-request.ts";
import { type AnswerContext, refused } from "./token-answer.ts";

/** Of which one each may be in an answer (RFC 6749, 3.1). */
const SINGLE = ["code", "iss", "error", "error_description"];

/** Whether an answer has the one state of a sign-in, given by its digest. */
export function hasState(answer: URLSearchParams, digest: Buffer): boolean {
  const [state, ...more] = answer.getAll("state");
  return state !== undefined && more.length === 0 && timingSafeEqual(digestOf(state), digest);
}

/**
 * Reads an answer that has the right state: who it comes from (RFC 9207; issuers are compared as
 * texts), and then whether it is a yes. Returns for a yes.
 *
 * @throws GatewayError sign_in_wrong_answer, sign_in_refused
 */
export function checkAnswer(answer: URLSearchParams, context: Omit<AnswerContext, "now">): void {
  const { server, authorizationServer } = context;
  const repeated = SINGLE.find((name) => answer.getAll(name).length > 1);
  if (repeated !== undefined) throw wrongAnswer(server, `it has more than one “${repeated}”.`);
  const issuer = answer.get("iss");
  if (issuer === null && authorizationServer.authorization_response_iss_parameter_supported) {
    throw wrongAnswer(server, "it does not say which authorization server it comes from.");
  }
  if (issuer !== null && issuer !== authorizationServer.issuer) {
    throw wrongAnswer(server, "it comes from another authorization server.");
  }
  const error = answer.get("error");
  if (error !== null) {
    const description = answer.get("error_description") ?? undefined;
    throw refused(context, error, description);
  }
  if (!answer.get("code")) throw wrongAnswer(server, "there is no code in it.");
}

/**
 * What a person pasted: the whole address at which the browser ended up, or its query alone.
 *
 * @throws GatewayError sign_in_wrong_answer, which says nothing of the text itself
 */
export function pastedAnswer(pasted: string, server: string, redirectUri: string): URLSearchParams {
  // Copied with line breaks, or with what stood around it.
  const address = pasted.replace(/\s+/g, "").replace(/^["'<“]+|["'>”]+$/g, "");
  const answer = new URLSearchParams(queryOf(address, server, redirectUri));
  if (!answer.has("state") || !(answer.has("code") || answer.has("error"))) {
    const reason = "it is not whole: the right one has “state” in it, and “code” or “error”.";
    throw wrongAnswer(server, reason);
  }
  return answer;
}

/** The scheme is what browsers leave out of what they show. */
const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:\/\/|(?:127\.0\.0\.1|localhost)[:/])/i;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

function queryOf(text: string, server: string, redirectUri: string): string {
  if (!ADDRESS.test(text)) return text.replace(/^\?/, "").replace(/#.*$/, "");
  const whole = SCHEME.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : null;
  const own = new URL(redirectUri);
  if (url?.hostname === "localhost") url.hostname = own.hostname;
  if (url?.origin !== own.origin || url.pathname !== own.pathname) {
    throw wrongAnswer(server, `it is another address: the right one begins with ${redirectUri}.`);
  }
  return url.search;
}

/** Not an answer to what was asked. @param reason the end of a sentence about it */
export const wrongAnswer = (server: string, reason: string, cause?: unknown): GatewayError =>
  new GatewayError("sign_in_wrong_answer", { server, reason }, { cause });
