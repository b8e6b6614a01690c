import { isErrorResponse, isObject, type RpcResponse } from "../jsonrpc.ts";

/** Links remembered; the oldest go first. */
const MAX_LINKS = 2000;

/**
 * Which server named a resource in a result. Such a resource can be read though no list has it, and
 * only its server knows it.
 */
export class ResourceLinks {
  readonly #servers = new Map<string, string>();

  /** The server that named the URI last. */
  serverOf(uri: string): string | undefined {
    return this.#servers.get(uri);
  }

  /** Reads the links of a `tools/call` or `prompts/get` result. */
  remember(serverId: string, response: RpcResponse): void {
    if (isErrorResponse(response)) return;
    const { content, messages } = response.result;
    for (const block of Array.isArray(content) ? content : []) this.#read(serverId, block);
    for (const message of Array.isArray(messages) ? messages : []) {
      if (isObject(message)) this.#read(serverId, message.content);
    }
  }

  #read(serverId: string, block: unknown): void {
    if (!isObject(block)) return;
    const uri = block.type === "resource_link" ? block.uri : uriOf(block.resource);
    if (typeof uri === "string") this.note(uri, serverId);
  }

  /** That this server is the one that knows the URI. */
  note(uri: string, serverId: string): void {
    this.#servers.delete(uri);
    this.#servers.set(uri, serverId);
    const oldest = this.#servers.keys().next();
    if (this.#servers.size > MAX_LINKS && !oldest.done) this.#servers.delete(oldest.value);
  }
}

const uriOf = (resource: unknown): unknown => (isObject(resource) ? resource.uri : undefined);
