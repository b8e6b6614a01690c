import { fileURLToPath } from "node:url";
import { startConformanceServer } from "../fixtures/conformance/http.ts";
import { ALL_CAPABILITIES, ask, post } from "../fixtures/conformance/modern-client.ts";
import type { EraMode } from "../fixtures/conformance/protocol.ts";
import { isRecord, type Message } from "../fixtures/json-rpc.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { afterTest, call, names } from "../fixtures/test-support.ts";
import { serve, type ServerConfig, until } from "./test-gateway.ts";

type Params = Record<string, unknown>;
type PostOptions = Parameters<typeof post>[3];

/** Configuration of a server that does what the conformance suites call for. */
export async function conformance(era: EraMode): Promise<ServerConfig> {
  const server = await startConformanceServer({ era });
  afterTest(() => server.close());
  return { transport: "http", url: server.url };
}

/** Clients of both eras at a gateway's address. */
export function clientsOf({ url, token }: { url: string; token: string }) {
  const endpoint = `${url}/mcp/dev`;
  const authorization = { authorization: `Bearer ${token}` };
  const withToken = (options: PostOptions = {}) => ({
    ...options,
    headers: { ...authorization, ...options.headers },
  });
  return {
    endpoint,
    authorization,
    /** A modern exchange, read to its end. */
    modern: (method: string, params?: Params, options?: PostOptions) =>
      ask(endpoint, method, params, withToken(options)),
    /** A modern request whose response is for the test to read. */
    open: (method: string, params?: Params, options?: PostOptions) =>
      post(endpoint, method, params, withToken(options)),
    /** A legacy client with a session of its own. */
    legacy: async (params: Params = {}): Promise<McpClient> => {
      const client = new McpClient(endpoint, authorization);
      await client.initialize({ capabilities: ALL_CAPABILITIES, ...params });
      return client;
    },
  };
}

/** A gateway in front of one conformance server of this era, and maybe others, all of them up. */
export async function serveEra(
  era: EraMode,
  options: Parameters<typeof serve>[1] & { servers?: Record<string, ServerConfig> } = {},
) {
  const started = await serve({ far: await conformance(era), ...options.servers }, options);
  const clients = clientsOf(started);
  const { client } = started;
  await until(
    () => client.request("tools/list"),
    (list) => names(list).includes("slow_echo"),
  );
  return {
    ...started,
    ...clients,
    /** What became of the calls of `slow_echo` at the server. */
    calls: () => structured(client, "conformance_log"),
  };
}

/** A server over stdio whose tools ask; see `asking-server.ts`. */
export const asking = (): ServerConfig => ({
  transport: "stdio",
  command: process.execPath,
  args: [fileURLToPath(new URL("asking-server.ts", import.meta.url))],
});

/** A gateway in front of the server that asks, and maybe others. */
export async function serveAsking(servers: Record<string, ServerConfig> = {}) {
  const started = await serve({ one: asking(), ...servers });
  const clients = clientsOf(started);
  const { client } = started;
  await until(
    () => client.request("tools/list"),
    (list) => names(list).some((name) => String(name).endsWith("show")),
  );
  const log = () => structured(client, "log");
  /** What `ask_later` was told, once it was. */
  const toldLater = async (): Promise<unknown> => {
    const output = () => started.api.servers.output({ server: "one" });
    await until(output, ({ lines }) => lines.some((line) => line.includes("told later")));
    return (await log()).later;
  };
  return { ...started, ...clients, log, toldLater };
}

/** The structured content of a tool without arguments. */
async function structured(client: McpClient, tool: string): Promise<Record<string, unknown>> {
  const result = await client.request("tools/call", call(tool));
  const content = isRecord(result) ? result.structuredContent : undefined;
  if (!isRecord(content)) throw new Error(`${tool} has no structured content`);
  return content;
}

/** The text of a tool's result. */
export function textOf(result: unknown): string {
  const content: unknown[] =
    isRecord(result) && Array.isArray(result.content) ? result.content : [];
  const [block] = content;
  return isRecord(block) ? String(block.text) : "";
}

/** The questions of an `input_required` result, by their keys, and the state that goes with them. */
export function questionsOf(result: Record<string, unknown>) {
  const { inputRequests, requestState } = result;
  return { requests: isRecord(inputRequests) ? inputRequests : {}, requestState };
}

/** Things that come in any order, as texts. */
export const sorted = (things: readonly unknown[]): string[] => things.map(String).toSorted();

export const methodsOf = (messages: readonly Message[]) => messages.map(({ method }) => method);
