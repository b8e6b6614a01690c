import type { ServerResponse } from "node:http";
import type { ServerDefinition } from "../definitions.ts";
import { isObject, type JsonObject } from "../jsonrpc.ts";
import { beginEvents, dataOf, type Got, launchOf, sendJson, serve } from "./http.fixture.ts";
import { upstreamFor } from "./test-kit.ts";
import type { UpstreamOptions } from "./upstream.ts";

interface SessionsOptions {
  /** Whether it has a GET stream. */
  hasStream?: boolean;
  change?: Partial<ServerDefinition>;
  more?: Partial<UpstreamOptions>;
}

export const nameOf = ({ body }: Got): unknown =>
  isObject(body.params) ? body.params.name : undefined;

/**
 * An upstream on a legacy server over HTTP whose sessions can be forgotten; tools named `hold` are
 * never answered.
 */
export async function sessions({ hasStream = false, change, more }: SessionsOptions = {}) {
  let begun = 0;
  const known = new Set<string>();
  let offersStream = hasStream;
  let tools: JsonObject[] = [];
  let fault: number | null = null;
  let isSilent = false;
  let keepsSessions = true;
  let streamFault: number | null = null;
  const streams: ServerResponse[] = [];
  const handle = (got: Got, response: ServerResponse): unknown => {
    const { method, id } = got.body;
    if (isSilent) return undefined;
    if (got.method !== "POST" && !hasStream) return sendJson(response, 405, {});
    if (method === "server/discover") return sendJson(response, 400, { error: "no session" });
    if (method === "initialize") {
      begun += 1;
      if (keepsSessions) known.add(`s${begun}`);
      response.setHeader("mcp-session-id", `s${begun}`);
      const capabilities = { tools: {}, logging: {}, resources: { subscribe: true } };
      const serverInfo = { name: "web", version: "1" };
      const result = { protocolVersion: "2025-11-25", capabilities, serverInfo };
      return sendJson(response, 200, { jsonrpc: "2.0", id, result });
    }
    if (!known.has(String(got.headers["mcp-session-id"]))) return sendJson(response, 404, {});
    if (got.method === "GET") {
      if (streamFault !== null) return sendJson(response, streamFault, {});
      if (!offersStream) return sendJson(response, 404, {});
      streams.push(response);
      return beginEvents(response);
    }
    if (id === undefined) return response.writeHead(202).end();
    if (nameOf(got) === "hold") return undefined;
    if (method === "tools/list" && fault !== null) return sendJson(response, fault, {});
    return sendJson(response, 200, { jsonrpc: "2.0", id, result: { tools, resources: [] } });
  };
  const server = await serve((got, response) => void handle(got, response));
  const one = upstreamFor(launchOf(server.url), change, more);
  return {
    ...one,
    server,
    streams,
    sent: (method: string) => server.got.filter(({ body }) => body.method === method),
    tools: () => one.upstream.catalog?.lists.tools.map(({ name }) => name),
    /** What it offers from now on. */
    offer: (...names: string[]) => void (tools = names.map((name) => ({ name }))),
    /** Lists are answered with this status from now on; null answers them. */
    breakLists: (status: number | null) => void (fault = status),
    /** It takes what it is sent and says nothing more, or speaks again. */
    silence: (silent = true) => void (isSilent = silent),
    forget: () => known.clear(),
    /** It forgets all sessions, and each further one at once. */
    refuseSessions: () => {
      keepsSessions = false;
      known.clear();
    },
    keepSessions: () => void (keepsSessions = true),
    /** Streams are refused with this status from now on; null opens them. */
    refuseStreams: (status: number | null) => void (streamFault = status),
    /** Ends the open streams, and lets them be opened again or not. */
    closeStreams: (mayReopen = false) => {
      offersStream = mayReopen;
      for (const stream of streams.splice(0)) stream.end();
    },
    /** Tells something on the newest stream. */
    tell: (method: string) => streams.at(-1)?.write(dataOf({ jsonrpc: "2.0", method })),
    end: async () => {
      await one.upstream.stop();
      await server.close();
    },
  };
}
