import { GatewayError } from "@local-mcp/contract";
import type { Entry } from "../catalog/view.ts";
import { isErrorResponse, isObject, type RpcRequest, type RpcResponse } from "../jsonrpc.ts";
import type { Caller } from "./caller.ts";
import type { Routes } from "./routes.ts";
import { callServer } from "./server-call.ts";
import { shortened } from "../text.ts";

/**
 * Reads a resource of a profile, also one that no server lists.
 *
 * @throws GatewayError resource_not_found, and as {@link callServer}
 */
export async function readResource(
  request: RpcRequest,
  uri: string,
  routes: Routes,
  caller: Caller,
): Promise<RpcResponse> {
  const entry = routes.view.resource(uri);
  if (entry) {
    const renamed = { uri: entry.original };
    const response = await callServer(entry.serverId, request, renamed, routes, caller);
    if (response === null) throw routes.explain(entry.serverId);
    return withExposedUri(response, entry);
  }
  return readUnlisted(request, uri, routes, caller);
}

/** Where a resource can be heard of: its server and the URI it has there. */
export interface ResourcePlace {
  serverId: string;
  uri: string;
}

/** @returns null where no server of the profile can have it */
export function placeOfResource(uri: string, routes: Routes): ResourcePlace | null {
  const entry = routes.view.resource(uri);
  if (entry) return { serverId: entry.serverId, uri: entry.original };
  const [serverId] = unlistedCandidates(uri, routes);
  return serverId === undefined ? null : { serverId, uri };
}

export const resourceNotFound = (uri: string): GatewayError =>
  new GatewayError("resource_not_found", { uri: shortened(uri, 500) });

/**
 * Servers that may know a resource nobody lists, the likeliest first: the one whose result or tool
 * named it, those with a template it fits, and then all that have any resources.
 */
function unlistedCandidates(uri: string, { view, links }: Routes): Set<string> {
  if (view.isWithheld(uri)) return new Set();
  const linked = links.serverOf(uri);
  return new Set([
    ...(linked !== undefined && view.hasServer(linked) ? [linked] : []),
    ...view.serversNaming(uri),
    ...view.templateServers(uri),
    ...view.resourceServers,
  ]);
}

/** Reading changes nothing, so servers may be asked one after another. */
async function readUnlisted(
  request: RpcRequest,
  uri: string,
  routes: Routes,
  caller: Caller,
): Promise<RpcResponse> {
  const candidates = [...unlistedCandidates(uri, routes)];
  // What a client answers is for the server that asked, which was remembered, and for no other.
  const asked = bringsInputs(request) ? candidates.slice(0, 1) : candidates;
  let refusal: RpcResponse | null = null;
  for (const serverId of asked) {
    const response = await unlessUnknown(callServer(serverId, request, {}, routes, caller));
    if (response === null) continue;
    if (!isErrorResponse(response)) {
      routes.links.note(uri, serverId);
      return response;
    }
    refusal ??= response;
  }
  if (refusal) return refusal;
  throw resourceNotFound(uri);
}

/** A template of the gateway's own may fit a URI that another server knows. */
async function unlessUnknown(called: Promise<RpcResponse | null>): Promise<RpcResponse | null> {
  try {
    return await called;
  } catch (error) {
    if (error instanceof GatewayError && error.code === "resource_not_found") return null;
    throw error;
  }
}

/** Whether a modern client repeats a request with what it was asked for (MCP 2026-07-28, MRTR). */
const bringsInputs = ({ params }: RpcRequest): boolean =>
  params?.requestState !== undefined || params?.inputResponses !== undefined;

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
