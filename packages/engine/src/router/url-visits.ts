import type { Client } from "../definitions.ts";
import {
  isErrorResponse,
  isObject,
  type JsonObject,
  type RpcNotification,
  type RpcResponse,
} from "../jsonrpc.ts";

/** Visits remembered; the oldest go first. */
const MAX_VISITS = 1000;

/**
 * Which client was asked to have a page visited, by the id of the question. The server says that
 * the visit is over when the call may long be done, and to that client alone it is told
 * (MCP 2025-11-25, elicitation, URL mode).
 */
export class UrlVisits {
  readonly #clients = new Map<string, WeakRef<Client>>();

  /** Params of an `elicitation/create` request. */
  noteQuestion(client: Client | null, params: JsonObject | undefined): void {
    const id = params?.mode === "url" ? params.elicitationId : undefined;
    if (client && typeof id === "string") this.#note(id, client);
  }

  /** A refusal that names the pages to visit first. */
  noteRefusal(client: Client | null, response: RpcResponse): void {
    if (!client || !isErrorResponse(response) || !isObject(response.error.data)) return;
    const { elicitations } = response.error.data;
    for (const one of Array.isArray(elicitations) ? elicitations : []) {
      if (isObject(one)) this.noteQuestion(client, one);
    }
  }

  /** The client a notification of a finished visit is for. */
  clientOf({ method, params }: RpcNotification): Client | undefined {
    const id = params?.elicitationId;
    if (method !== "notifications/elicitation/complete" || typeof id !== "string") return undefined;
    return this.#clients.get(id)?.deref();
  }

  #note(id: string, client: Client): void {
    this.#clients.delete(id);
    this.#clients.set(id, new WeakRef(client));
    const oldest = this.#clients.keys().next();
    if (this.#clients.size > MAX_VISITS && !oldest.done) this.#clients.delete(oldest.value);
  }
}
