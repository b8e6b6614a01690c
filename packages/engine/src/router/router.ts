import { GatewayError } from "@local-mcp/contract";
import type { Entry, ListName, ProfileView } from "../catalog/view.ts";
import {
  isErrorResponse,
  isObject,
  type JsonObject,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from "../jsonrpc.ts";
import type { Upstream } from "../upstream/upstream.ts";

/** The one who asks, as far as the router needs to know. */
export interface Caller {
  signal: AbortSignal;
  /** Sends a notification on the stream of this very request. */
  notify(notification: RpcNotification): void;
}

/** What the router looks things up in. */
export interface Routes {
  profileId: string;
  view: ProfileView;
  upstream(serverId: string): Upstream | undefined;
  /** Why a server cannot answer and what to do about it, in the words of its status. */
  explain(serverId: string): GatewayError;
}

/**
 * An answer: raw JSON where it is served from the catalog, an upstream's own response message
 * otherwise. The endpoint gives it the caller's id.
 */
export type Answer = { kind: "json"; result: string } | { kind: "response"; response: RpcResponse };

const LISTS: Readonly<Record<string, ListName>> = {
  "tools/list": "tools",
  "prompts/list": "prompts",
  "resources/list": "resources",
  "resources/templates/list": "resourceTemplates",
};

const json = (result: JsonObject): Answer => ({ kind: "json", result: JSON.stringify(result) });

/**
 * Answers one request of a client of a profile: lists from the catalog, calls by the upstream that
 * the same catalog names.
 *
 * @throws GatewayError for everything that is not the upstream's own answer
 */
export async function route(request: RpcRequest, routes: Routes, caller: Caller): Promise<Answer> {
  const { method } = request;
  const list = LISTS[method];
  if (list !== undefined) {
    // Lists are served whole, so no cursor of ours exists.
    if (request.params?.cursor !== undefined) {
      throw new GatewayError("validation_failed", { detail: "The cursor is not one of ours." });
    }
    return { kind: "json", result: routes.view.json[list] };
  }
  switch (method) {
    case "ping":
      return json({});
    case "tools/call":
      return callTool(request, routes, caller);
    case "prompts/get":
      return getPrompt(request, routes, caller);
    case "resources/read":
      return readResource(request, routes, caller);
    default:
      throw new GatewayError("rpc_method_not_found", { method: method.slice(0, 100) });
  }
}

async function callTool(request: RpcRequest, routes: Routes, caller: Caller): Promise<Answer> {
  const name = stringParam(request, "name");
  const entry = routes.view.tool(name);
  if (!entry) throw new GatewayError("tool_not_found", { tool: name.slice(0, 200) });
  return callServerTool(entry, request, routes, caller);
}

/** Calls a tool of one server by the server's own name for it, whatever profiles make of it. */
export async function callServerTool(
  { serverId, original }: Pick<Entry, "serverId" | "original">,
  request: RpcRequest,
  routes: Pick<Routes, "upstream" | "explain">,
  caller: Caller,
): Promise<Answer> {
  try {
    const response = await ask({ serverId }, request, { name: original }, routes, caller);
    if (response !== null) return { kind: "response", response };
    return json(failedToolResult(routes.explain(serverId)));
  } catch (error) {
    // The model that called must read why; many clients show a protocol error to nobody.
    if (error instanceof GatewayError && error.code !== "request_cancelled") {
      return json(failedToolResult(error));
    }
    throw error;
  }
}

async function getPrompt(request: RpcRequest, routes: Routes, caller: Caller): Promise<Answer> {
  const name = stringParam(request, "name");
  const entry = routes.view.prompt(name);
  if (!entry) throw new GatewayError("prompt_not_found", { prompt: name.slice(0, 200) });
  const response = await ask(entry, request, { name: entry.original }, routes, caller);
  if (response === null) throw routes.explain(entry.serverId);
  return { kind: "response", response };
}

async function readResource(request: RpcRequest, routes: Routes, caller: Caller): Promise<Answer> {
  const uri = stringParam(request, "uri");
  const entry = routes.view.resource(uri);
  if (entry) {
    const response = await ask(entry, request, { uri: entry.original }, routes, caller);
    if (response === null) throw routes.explain(entry.serverId);
    return { kind: "response", response: withExposedUri(response, entry) };
  }
  const notFound = new GatewayError("resource_not_found", { uri: uri.slice(0, 500) });
  if (routes.view.isWithheld(uri)) throw notFound;
  return readUnlisted(request, uri, routes, caller, notFound);
}

/**
 * A resource that no server lists: one behind a template, or one that a tool's result linked to.
 * Reading changes nothing, so servers may be asked one after another.
 */
async function readUnlisted(
  request: RpcRequest,
  uri: string,
  routes: Routes,
  caller: Caller,
  notFound: GatewayError,
): Promise<Answer> {
  const byTemplate = routes.view.templateServers(uri);
  const candidates = new Set([...byTemplate, ...routes.view.resourceServers]);
  let refusal: RpcResponse | null = null;
  for (const serverId of candidates) {
    const response = await ask({ serverId }, request, {}, routes, caller);
    if (response === null) continue;
    if (!isErrorResponse(response)) return { kind: "response", response };
    refusal ??= response;
  }
  if (refusal) return { kind: "response", response: refusal };
  throw notFound;
}

/** Sends the request on as it is, but for the name it is known by there. */
async function ask(
  { serverId }: Pick<Entry, "serverId">,
  request: RpcRequest,
  renamed: JsonObject,
  routes: Pick<Routes, "upstream">,
  caller: Caller,
): Promise<RpcResponse | null> {
  const upstream = routes.upstream(serverId);
  if (!upstream) return null;
  const params = { ...request.params, ...renamed };
  const token = isObject(params._meta) ? params._meta.progressToken : undefined;
  const response = await upstream.call(request.method, params, {
    signal: caller.signal,
    onProgress: (notification) => {
      if (token === undefined) return;
      caller.notify({
        ...notification,
        params: { ...notification.params, progressToken: token },
      });
    },
  });
  return response;
}

/** A contested resource is known here by another URI, which its contents carry too. */
function withExposedUri(response: RpcResponse, entry: Entry): RpcResponse {
  if (entry.exposed === entry.original || isErrorResponse(response)) return response;
  const { contents } = response.result;
  if (!Array.isArray(contents)) return response;
  const renamed = contents.map((content: unknown) =>
    isObject(content) && content.uri === entry.original
      ? { ...content, uri: entry.exposed }
      : content,
  );
  return { ...response, result: { ...response.result, contents: renamed } };
}

/** @throws GatewayError validation_failed */
function stringParam(request: RpcRequest, name: string): string {
  const value = request.params?.[name];
  if (typeof value === "string") return value;
  throw new GatewayError("validation_failed", {
    detail: `${request.method} needs a text in “params.${name}”.`,
  });
}

/** A result that tells a model why its tool cannot run, and the person behind it what to do. */
function failedToolResult(error: GatewayError): JsonObject {
  return {
    content: [{ type: "text", text: `${error.message} ${error.wayOut}` }],
    isError: true,
    _meta: { "local-mcp-gateway/error": { code: error.code, wayOut: error.wayOut } },
  };
}
