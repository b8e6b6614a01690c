import {
  classify,
  type Log,
  type PeerListener,
  type PeerMessage,
  type Peers,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from "@local-mcp/engine";
import type { Member, SharedStore } from "@local-mcp/sessions";
import type { Vault } from "@local-mcp/vault";
import { z } from "zod";

/** What gateways on one store tell each other: of sessions, and of who is let in. */
export type GatewayMessage =
  | PeerMessage
  /** A token is not valid any more: what was opened with it ends. */
  | { about: "token"; tokenId: string }
  /** The sign-in at a server is not what it was: read it from the store. */
  | { about: "sign_in"; serverId: string };

/** Where what is told is sealed for, so that nothing that was sealed for another place is believed. */
export const TOLD = { table: "peers", column: "messages", row: "all" };

/** Told while one is on its way, at most; what comes then is dropped. */
const MOST_WAITING = 10_000;

const kindOf = (value: unknown): string => classify(value).kind;
const notification = z.custom<RpcNotification>((value) => kindOf(value) === "notification");
const request = z.custom<RpcRequest>((value) => kindOf(value) === "request");
const response = z.custom<RpcResponse>((value) => kindOf(value) === "response");
const sessionId = z.string();
const serverId = z.string();

const gatewayMessage: z.ZodType<GatewayMessage> = z.discriminatedUnion("about", [
  z.object({ about: z.literal("session"), sessionId }),
  z.object({
    about: z.literal("stream"),
    sessionId,
    state: z.enum(["open", "closed", "asked"]),
  }),
  z.object({
    about: z.literal("from_client"),
    sessionId,
    message: z.union([notification, response]),
  }),
  z.object({
    about: z.literal("to_client"),
    sessionId,
    message: z.union([notification, request]),
  }),
  z.object({ about: z.literal("lists"), serverId, method: z.string() }),
  z.object({ about: z.literal("token"), tokenId: z.string() }),
  z.object({ about: z.literal("sign_in"), serverId }),
]);
const told = z.object({ from: z.string(), messages: z.array(gatewayMessage) });
type Told = z.infer<typeof told>;

export interface GatewayPeersOptions {
  /** Of this gateway, as a member. */
  id: string;
  shared: SharedStore;
  vault: Vault;
  log: Log;
}

/**
 * The other gateways on a session store. All that is told is sealed with the data key, which they
 * have too: a client's answer may be a secret. What comes while something is on its way goes
 * together, in the order it was told.
 */
export class GatewayPeers implements Peers {
  readonly #options: GatewayPeersOptions;
  readonly #hearers: ((message: GatewayMessage, from: string) => void)[] = [];
  readonly #onGap: (() => void)[] = [];
  #listener: PeerListener | null = null;
  #waiting: GatewayMessage[] = [];
  #telling: Promise<void> | null = null;
  /** Of each kind of trouble the first is logged; they come in crowds. */
  readonly #told = new Set<string>();
  #isListening = false;

  constructor(options: GatewayPeersOptions) {
    this.#options = options;
  }

  tell(message: GatewayMessage): void {
    if (!this.#isListening) return;
    if (this.#waiting.length >= MOST_WAITING) return this.#logOnce("too much at once");
    this.#waiting.push(message);
    this.#telling ??= this.#tellAll();
  }

  listen(listener: PeerListener): void {
    this.#listener = listener;
    this.listenToAll(
      (message, from) => {
        if (message.about !== "token" && message.about !== "sign_in") listener.hear(message, from);
      },
      () => listener.onGap(),
    );
  }

  listenToAll(hear: (message: GatewayMessage, from: string) => void, onGap: () => void): void {
    this.#hearers.push(hear);
    this.#onGap.push(onGap);
  }

  /** Who lives, this gateway too. */
  onMembers(members: readonly Member[]): void {
    this.#listener?.onMembers(new Set(members.map(({ id }) => id)));
  }

  /** From now on others are heard, and hear. @throws GatewayError session_store_unreachable */
  async start(): Promise<void> {
    await this.#options.shared.listen(
      (text) => this.#hear(text),
      () => {
        for (const onGap of this.#onGap) onGap();
      },
    );
    this.#isListening = true;
  }

  /** Resolves when what was told is on its way. */
  async close(): Promise<void> {
    this.#isListening = false;
    await this.#telling;
  }

  async #tellAll(): Promise<void> {
    // In the same turn more may be told, which goes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const messages = this.#waiting;
      this.#waiting = [];
      try {
        const { id, vault, shared } = this.#options;
        const text: Told = { from: id, messages };
        await shared.publish(vault.seal(JSON.stringify(text), TOLD));
        this.#told.clear();
      } catch (error) {
        // Whoever did not hear it reads the store.
        this.#logOnce(String(error));
      }
    }
    // In the turn in which nothing was left, so that what comes after begins anew.
    this.#telling = null;
  }

  #hear(text: string): void {
    const heard = this.#read(text);
    if (heard === null) return;
    for (const message of heard.messages) {
      for (const hear of this.#hearers) hear(message, heard.from);
    }
  }

  #read(text: string): Told | null {
    try {
      return told.parse(JSON.parse(this.#options.vault.open(text, TOLD)));
    } catch (error) {
      this.#logOnce(
        error instanceof z.ZodError ? "a message is of another version" : String(error),
      );
      return null;
    }
  }

  #logOnce(reason: string): void {
    if (this.#told.has(reason)) return;
    this.#told.add(reason);
    this.#options.log.warn("gateways on the session store could not talk", { reason });
  }
}
