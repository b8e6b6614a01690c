import { classify, isObject, type JsonObject, type RequestId } from "../jsonrpc.ts";
import { excerpt } from "../text.ts";
import { UpstreamFailure } from "./failure.ts";

const SHOWN_BODY = 500;

/** What an HTTP server answered instead of MCP. */
export interface Refusal {
  url: URL;
  status: number;
  location: string | undefined;
  text: string;
}

/** Says in words what an HTTP status means for whoever configured the server. */
export function refusalFailure({ url, status, location, text }: Refusal): UpstreamFailure {
  const { host, pathname } = url;
  const detail = excerpt(text, SHOWN_BODY) || null;
  if (status === 404 || status === 405) {
    const message = `${host} answered, but there is no MCP endpoint at ${pathname}.`;
    return new UpstreamFailure("http_status", message, { retry: "never", detail, status });
  }
  if (status >= 300 && status < 400) {
    const target = location === undefined ? "elsewhere" : targetOf(location, url);
    const message = `${host} redirects to ${target}. What is configured is not sent on; if that is the right address, use it instead.`;
    return new UpstreamFailure("http_status", message, { retry: "never", status });
  }
  const retry = status >= 500 || status === 429 ? "later" : "never";
  return new UpstreamFailure("http_status", `${host} answered with HTTP status ${status}.`, {
    retry,
    detail,
    status,
  });
}

/** An answer with a good status that is of no use. */
export const notMcpFailure = ({ url, status, text }: Omit<Refusal, "location">): UpstreamFailure =>
  new UpstreamFailure("not_mcp", `${url.host} answered something that is not MCP.`, {
    retry: "never",
    detail: excerpt(text, SHOWN_BODY) || null,
    status,
  });

/**
 * The JSON-RPC error in the body of an answer, addressed to the request that it answers: servers
 * that could not read an id send none, or null. Nothing else in it is touched. Null where the body
 * is no such error.
 */
export function errorAnswer(body: unknown, id: RequestId): JsonObject | null {
  if (!isObject(body) || !isObject(body.error)) return null;
  const answer = { ...body, id };
  return classify(answer).kind === "response" ? answer : null;
}

function targetOf(location: string, base: URL): string {
  if (!URL.canParse(location, base)) return "elsewhere";
  const url = new URL(location, base);
  return `${url.protocol}//${url.host}${url.pathname}`;
}
