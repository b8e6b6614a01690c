import type { Entry } from "../catalog/view.ts";
import type { CalledItem } from "../definitions.ts";
import type { RpcRequest } from "../jsonrpc.ts";
import type { Routes } from "./routes.ts";

/**
 * Which tool, prompt or resource a request is about, by the table that routes it.
 *
 * @returns null where it is about none, and where nobody knows it
 */
export function calledItem({ method, params }: RpcRequest, routes: Routes): CalledItem | null {
  switch (method) {
    case "tools/call":
      return itemOf(named(params?.name, (name) => routes.view.tool(name)));
    case "prompts/get":
      return itemOf(named(params?.name, (name) => routes.view.prompt(name)));
    case "resources/read":
      return (
        itemOf(named(params?.uri, (uri) => routes.view.resource(uri))) ??
        named(params?.uri, (uri) => unlisted(uri, routes)) ??
        null
      );
    default:
      return null;
  }
}

const named = <T>(name: unknown, find: (name: string) => T | undefined): T | undefined =>
  typeof name === "string" ? find(name) : undefined;

const itemOf = (entry: Entry | undefined): CalledItem | null =>
  entry ? { kind: entry.kind, name: entry.original, serverId: entry.serverId } : null;

/** One that no list has is that of the server that was found to know it. */
function unlisted(uri: string, { view, links }: Routes): CalledItem | undefined {
  const serverId = links.serverOf(uri);
  return serverId !== undefined && view.hasServer(serverId) && !view.isWithheld(uri)
    ? { kind: "resource", name: uri, serverId }
    : undefined;
}
