import { z } from "zod";
import type { Initialized, Message } from "./message.ts";

const level = z.object({ level: z.string() });
const resource = z.object({ uri: z.string() });

/**
 * What a client of the legacy era has set up in its session, as it said it, so that it can be said
 * again to a gateway that does not know the session.
 */
export class SessionMemory {
  #initialize: string | null = null;
  #logLevel: string | null = null;
  readonly #subscriptions = new Map<string, string>();
  /** What the client was told of the gateway, which lists can change for one. */
  #capabilities: Initialized["capabilities"] = {};

  /** The client's initialize; null where it has none that was agreed to. */
  get initialize(): string | null {
    return this.#initialize;
  }

  get capabilities(): Initialized["capabilities"] {
    return this.#capabilities;
  }

  /** What else to say, in the order to say it in. */
  get setUp(): string[] {
    return [...(this.#logLevel === null ? [] : [this.#logLevel]), ...this.#subscriptions.values()];
  }

  begin(initialize: string, agreed: Initialized): void {
    this.forget();
    this.#initialize = initialize;
    this.#capabilities = agreed.capabilities;
  }

  forget(): void {
    this.#initialize = null;
    this.#logLevel = null;
    this.#subscriptions.clear();
    this.#capabilities = {};
  }

  /** Takes a request of the session that was answered without an error. */
  note({ method, params, text }: Message): void {
    if (method === "logging/setLevel" && level.safeParse(params).success) this.#logLevel = text;
    const uri = resource.safeParse(params).data?.uri;
    if (uri === undefined) return;
    if (method === "resources/subscribe") this.#subscriptions.set(uri, text);
    if (method === "resources/unsubscribe") this.#subscriptions.delete(uri);
  }
}
