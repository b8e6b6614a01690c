import { GatewayError } from "@local-mcp/contract";
import type { Entry, ListName } from "../catalog/view.ts";
import { modernResult } from "../eras/translate.ts";
import { isObject, type JsonObject, type RpcRequest, resultOf } from "../jsonrpc.ts";
import type { Answer, Caller } from "./caller.ts";
import { readResource } from "./resources.ts";
import type { Routes, Servers } from "./routes.ts";
import { callServer } from "./server-call.ts";
import { shortened } from "../text.ts";

/** No object: a method is what a client wrote, and may be named like something that every object has. */
const LISTS: ReadonlyMap<string, ListName> = new Map([
  ["tools/list", "tools"],
  ["prompts/list", "prompts"],
  ["resources/list", "resources"],
  ["resources/templates/list", "resourceTemplates"],
]);

/**
 * Answers one request of a client of a profile: lists from the catalog, calls by the upstream that
 * the same catalog names.
 *
 * @throws GatewayError for everything that is not the upstream's own answer
 */
export async function route(request: RpcRequest, routes: Routes, caller: Caller): Promise<Answer> {
  const { method } = request;
  const list = LISTS.get(method);
  if (list !== undefined) {
    // Lists are served whole, so no cursor of ours exists.
    if (request.params?.cursor !== undefined) {
      throw new GatewayError("validation_failed", { detail: "The cursor is not one of ours." });
    }
    return { kind: "json", result: routes.view.list(list, caller.era, routes.serverInfo) };
  }
  switch (method) {
    case "tools/call":
      return callTool(request, routes, caller);
    case "prompts/get":
      return getPrompt(request, routes, caller);
    case "resources/read": {
      const uri = stringParam(request, "uri");
      return { kind: "response", response: await readResource(request, uri, routes, caller) };
    }
    case "completion/complete":
      return completeArgument(request, routes, caller);
    default:
      throw new GatewayError("rpc_method_not_found", { method: shortened(method, 100) });
  }
}

/** A name that nobody has may be that of a server which is only about to list for the first time. */
async function knownIn(
  routes: Routes,
  { signal }: Caller,
  find: (routes: Routes) => Entry | undefined,
): Promise<Entry | undefined> {
  const entry = find(routes);
  if (entry) return entry;
  await routes.firstListed(signal);
  return find(routes);
}

async function callTool(request: RpcRequest, routes: Routes, caller: Caller): Promise<Answer> {
  const name = stringParam(request, "name");
  const entry = await knownIn(routes, caller, ({ view }) => view.tool(name));
  if (!entry) throw new GatewayError("tool_not_found", { tool: shortened(name, 200) });
  const answer = await callServerTool(entry, request, routes, caller);
  if (answer.kind === "response") routes.links.remember(entry.serverId, answer.response);
  return answer;
}

/** Calls a tool of one server by the server's own name for it, whatever profiles make of it. */
export async function callServerTool(
  { serverId, original }: Pick<Entry, "serverId" | "original">,
  request: RpcRequest,
  servers: Servers,
  caller: Caller,
): Promise<Answer> {
  const heldBack = servers.heldBack(serverId, original);
  if (heldBack) return failedTool(heldBack, servers, caller);
  try {
    const response = await callServer(serverId, request, { name: original }, servers, caller);
    if (response !== null) return { kind: "response", response };
    return failedTool(servers.explain(serverId), servers, caller);
  } catch (error) {
    // The model that called must read why; many clients show a protocol error to nobody.
    if (error instanceof GatewayError && !NOT_FOR_MODELS.includes(error.code)) {
      return failedTool(error, servers, caller);
    }
    throw error;
  }
}

/** The client program's own affair: it has let go of the call, or has to repeat it another way. */
const NOT_FOR_MODELS: readonly string[] = ["request_cancelled", "request_state_expired"];

async function getPrompt(request: RpcRequest, routes: Routes, caller: Caller): Promise<Answer> {
  const name = stringParam(request, "name");
  const entry = await knownIn(routes, caller, ({ view }) => view.prompt(name));
  if (!entry) throw new GatewayError("prompt_not_found", { prompt: shortened(name, 200) });
  const renamed = { name: entry.original };
  const response = await callServer(entry.serverId, request, renamed, routes, caller);
  if (response === null) throw routes.explain(entry.serverId);
  routes.links.remember(entry.serverId, response);
  return { kind: "response", response };
}

/** Completes an argument of a prompt or a resource template at the server that has it. */
async function completeArgument(
  request: RpcRequest,
  routes: Routes,
  caller: Caller,
): Promise<Answer> {
  const ref = request.params?.ref;
  if (!isObject(ref)) throw unusable(request, "ref");
  const { serverId, renamed } = completes(request, ref, routes);
  const capabilities = routes.upstream(serverId)?.catalog?.implementation?.capabilities;
  // Asking one that does not complete brings an error, where a client expects no suggestions.
  if (capabilities !== undefined && !("completions" in capabilities)) {
    return answer(
      { completion: { values: [], total: 0, hasMore: false } },
      request,
      routes,
      caller,
    );
  }
  const response = await callServer(serverId, request, { ref: renamed }, routes, caller);
  if (response === null) throw routes.explain(serverId);
  return { kind: "response", response };
}

/** @throws GatewayError prompt_not_found, resource_not_found, validation_failed */
function completes(
  request: RpcRequest,
  ref: JsonObject,
  { view }: Routes,
): { serverId: string; renamed: JsonObject } {
  if (ref.type === "ref/prompt" && typeof ref.name === "string") {
    const entry = view.prompt(ref.name);
    if (!entry) throw new GatewayError("prompt_not_found", { prompt: shortened(ref.name, 200) });
    return { serverId: entry.serverId, renamed: { ...ref, name: entry.original } };
  }
  if (ref.type === "ref/resource" && typeof ref.uri === "string") {
    const entry = view.resource(ref.uri);
    const serverId = entry?.serverId ?? view.serverOfTemplate(ref.uri);
    if (serverId === undefined) {
      throw new GatewayError("resource_not_found", { uri: shortened(ref.uri, 500) });
    }
    return { serverId, renamed: entry ? { ...ref, uri: entry.original } : ref };
  }
  throw unusable(request, "ref");
}

/** @throws GatewayError validation_failed */
function stringParam(request: RpcRequest, name: string): string {
  const value = request.params?.[name];
  if (typeof value === "string") return value;
  throw new GatewayError("validation_failed", {
    detail: `${request.method} needs a text in “params.${name}”.`,
  });
}

const unusable = ({ method }: RpcRequest, name: string): GatewayError =>
  new GatewayError("validation_failed", {
    detail: `${method} needs a prompt or resource in “params.${name}”.`,
  });

/** An answer of our own, in the words of the caller's era. */
export function answer(
  result: JsonObject,
  { method }: Pick<RpcRequest, "method">,
  { serverInfo }: Pick<Servers, "serverInfo">,
  { era }: Pick<Caller, "era">,
): Answer {
  const worded = era === "modern" ? modernResult(result, { method, serverInfo }) : result;
  return { kind: "response", response: resultOf(0, worded) };
}

/** A result that tells a model why its tool cannot run, and the person behind it what to do. */
const failedTool = (error: GatewayError, servers: Servers, caller: Caller): Answer => ({
  ...answer(
    {
      content: [{ type: "text", text: `${error.message} ${error.wayOut}` }],
      isError: true,
      _meta: { "local-mcp-gateway/error": { code: error.code, wayOut: error.wayOut } },
    },
    { method: "tools/call" },
    servers,
    caller,
  ),
  error,
});
