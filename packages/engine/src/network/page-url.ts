import { GatewayError } from "@local-mcp/contract";
import { isErrorResponse, isObject, type JsonObject, type RpcResponse } from "../jsonrpc.ts";
import { judgeHost } from "./address-guard.ts";

/** What a URL has no need of, and shells and the like read a meaning into. */
// oxlint-disable-next-line no-control-regex -- the control characters are the point
const SUSPICIOUS = /[\u0000-\u0020\u007f"'`\\<>^{|}]|\$\(|%(?![0-9A-Fa-f]{2})/;

/**
 * A page that a server, a link or a menu names, as it may be opened in a browser: https anywhere,
 * http on this computer, no credentials, and no text that means something to a shell. Read and
 * written anew, so that what is opened is what was judged. Null for everything else: other schemes
 * start programs.
 */
export function pageUrl(text: string): string | null {
  if (SUSPICIOUS.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return null;
  const isOurs = url.protocol === "http:" && judgeHost(url).reach === "loopback";
  return url.protocol === "https:" || isOurs ? url.href : null;
}

/**
 * Why a question of a server is not passed on: it has a person visit what is no page (MCP
 * 2025-11-25, elicitation, URL mode; MCP 2026-07-28 alike). Null for all others.
 */
export function refusalOfQuestion(
  server: string,
  method: unknown,
  params: unknown,
): GatewayError | null {
  const isVisit = method === "elicitation/create" && isObject(params) && params.mode === "url";
  if (!isVisit || (typeof params.url === "string" && pageUrl(params.url) !== null)) return null;
  return new GatewayError("page_refused", { server });
}

/**
 * The same for the questions in an answer: in a result that is not complete, and in the error by
 * which a legacy server wants a page visited first.
 */
export function refusalOfAnswer(server: string, response: RpcResponse): GatewayError | null {
  for (const { method, params } of questionsIn(response)) {
    const refusal = refusalOfQuestion(server, method, params);
    if (refusal) return refusal;
  }
  return null;
}

function questionsIn(response: RpcResponse): JsonObject[] {
  if (!isErrorResponse(response)) {
    const { resultType, inputRequests } = response.result;
    const isAsking = resultType === "input_required" && isObject(inputRequests);
    return isAsking ? Object.values(inputRequests).filter(isObject) : [];
  }
  const { data } = response.error;
  const wanted: unknown = isObject(data) ? data.elicitations : undefined;
  const visits: unknown[] = Array.isArray(wanted) ? wanted : [];
  return visits.map((params) => ({ method: "elicitation/create", params }));
}
