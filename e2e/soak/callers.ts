import { answerOf, post } from "../fixtures/conformance/modern-client.ts";
import { RpcError } from "../fixtures/json-rpc.ts";
import { McpClient } from "../fixtures/mcp-client.ts";

export type Params = Record<string, unknown>;

/** Who asks the gateway, in either era. */
export interface Caller {
  /** @throws RpcError and others */
  request(method: string, params?: Params): Promise<unknown>;
}

/** Where a profile is, and what is shown there. */
export interface Endpoint {
  url: string;
  headers: Record<string, string>;
}

/** A legacy client after its handshake. */
export const openSession = async ({ url, headers }: Endpoint): Promise<McpClient> => {
  const client = new McpClient(url, headers);
  await client.initialize();
  return client;
};

/** Another program that goes on with the session of one that is gone. */
export const takeOver = ({ url, headers }: Endpoint, from: McpClient): McpClient => {
  const client = new McpClient(url, headers);
  client.sessionId = from.sessionId;
  client.protocolVersion = from.protocolVersion;
  return client;
};

/** A client of the modern era, which has no session. */
export class ModernCaller implements Caller {
  readonly #at: Endpoint;
  #nextId = 1;

  constructor(at: Endpoint) {
    this.#at = at;
  }

  /** A request whose response is for the caller to read, or not. */
  async open(method: string, params: Params = {}, signal?: AbortSignal): Promise<Response> {
    const { url, headers } = this.#at;
    const id = this.#nextId++;
    return post(url, method, params, { headers, signal, id, capabilities: {} });
  }

  async request(method: string, params?: Params): Promise<unknown> {
    const { error, result } = await answerOf(await this.open(method, params));
    if (error) throw new RpcError(error.code, error.message, error.data);
    return result;
  }
}
