import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { GatewayError } from "@local-mcp/contract";
import { type Access, Endpoint, messagesOf, type Session, sessionHeaders } from "./endpoint.ts";
import type { SessionMemory } from "./memory.ts";
import { answersIn, type Initialized, readInitialized } from "./message.ts";

/** Waits so many milliseconds; rejects when the bridge stops or the signal aborts. */
export type Pause = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

export interface LinkOptions {
  profile: string;
  /** Finds a running gateway and a token for the profile; null while none runs. */
  open: () => Promise<Access | null>;
  /** How long to wait for a gateway, ms. */
  waitMs: number;
  pause: Pause;
  /** What a new session is set up with. */
  memory: SessionMemory;
  note: (text: string) => void;
  /** A new conversation took the place of one that was over. */
  renewed: () => Promise<void>;
}

/** What is shared with a gateway until it stops or forgets us; another one is another object. */
export interface Conversation {
  readonly endpoint: Endpoint;
  /** The client's session of the legacy era, where it has begun one. */
  session: Session | null;
}

/** What the bridge tells a gateway when it initializes in the client's name. */
const INITIALIZED = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" });

const POLL_MS = 250;

const sessionOf = (answer: IncomingMessage, { protocolVersion }: Initialized): Session => {
  const id = answer.headers["mcp-session-id"];
  return { id: typeof id === "string" ? id : null, protocolVersion };
};

/** Whether this gateway goes on with a session that was begun earlier. */
const knows = async (endpoint: Endpoint, session: Session): Promise<boolean> => {
  const ping = JSON.stringify({ jsonrpc: "2.0", id: randomUUID(), method: "ping" });
  const answer = await endpoint.post({ body: ping, headers: sessionHeaders(session) });
  await textOf(answer);
  return answer.statusCode === 200;
};

/** Keeps a conversation with a gateway, whichever gateway that is at the time. */
export class Link {
  readonly #options: LinkOptions;
  /** All that were opened: a stream of an earlier one may still be open. */
  readonly #endpoints: Endpoint[] = [];
  #conversation: Conversation | null = null;
  #opening: Promise<Conversation> | null = null;
  /** The last one that was over. */
  #over: Conversation | null = null;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** The conversation as it stands, or null. */
  get present(): Conversation | null {
    return this.#conversation;
  }

  /** The conversation, waiting for a gateway if need be. Rejects with what keeps it from starting. */
  async current(): Promise<Conversation> {
    if (this.#conversation !== null) return this.#conversation;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  /** A conversation is over; whoever needs one next opens it. */
  drop(over: Conversation): void {
    if (this.#conversation !== over) return;
    this.#conversation = null;
    this.#over = over;
  }

  /** A conversation in the place of one that is over; several who noticed it share the new one. */
  async renew(over: Conversation): Promise<Conversation> {
    this.drop(over);
    return this.current();
  }

  /** The client starts anew: its session ends and nothing is repeated in its name. */
  async forget(): Promise<void> {
    this.#options.memory.forget();
    this.#over = null;
    const conversation = this.#conversation;
    const session = conversation?.session;
    if (!conversation || !session) return;
    conversation.session = null;
    // A gateway that cannot be reached has forgotten the session anyway.
    await conversation.endpoint.end(session).catch(() => {});
  }

  /** The client's initialize was answered. */
  begin(
    conversation: Conversation,
    initialize: string,
    answer: IncomingMessage,
    agreed: Initialized,
  ): void {
    conversation.session = sessionOf(answer, agreed);
    this.#options.memory.begin(initialize, agreed);
  }

  /** Ends all connections, also those with a request under way. */
  close(): void {
    for (const endpoint of this.#endpoints) endpoint.close();
  }

  async #open(): Promise<Conversation> {
    const conversation = (await this.#goOn()) ?? (await this.#begin());
    this.#conversation = conversation;
    this.#over = null;
    if (conversation.session !== null) await this.#options.renewed();
    return conversation;
  }

  /**
   * The conversation that seemed over, where its gateway runs again or never stopped and still
   * knows token and session.
   */
  async #goOn(): Promise<Conversation | null> {
    const { endpoint, session = null } = this.#over ?? {};
    if (endpoint === undefined || session === null) return null;
    // Whatever is wrong here will be found again, and told, by who begins anew.
    const isKnown = await knows(endpoint, session).catch(() => false);
    return isKnown ? { endpoint, session } : null;
  }

  async #begin(): Promise<Conversation> {
    const endpoint = new Endpoint(await this.#access(), this.#options.profile);
    this.#endpoints.push(endpoint);
    const { initialize } = this.#options.memory;
    if (initialize === null) return { endpoint, session: null };
    try {
      const before = this.#over?.session ?? null;
      if (before !== null && (await knows(endpoint, before))) return { endpoint, session: before };
      return { endpoint, session: await this.#repeatInitialize(endpoint, initialize) };
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      throw new GatewayError("gateway_not_running", {}, { cause: error });
    }
  }

  async #access(): Promise<Access> {
    const { open, waitMs, pause } = this.#options;
    for (let waited = 0; ; waited += POLL_MS) {
      const access = await open().catch((error: unknown) => {
        // It went away between being found and being asked: as good as not found.
        if (error instanceof GatewayError && error.code === "gateway_unreachable") return null;
        throw error;
      });
      if (access !== null) return access;
      if (waited >= waitMs) throw new GatewayError("gateway_not_running");
      await pause(POLL_MS);
    }
  }

  async #repeatInitialize(endpoint: Endpoint, initialize: string): Promise<Session> {
    const { memory, note } = this.#options;
    const answer = await endpoint.post({ body: initialize, headers: {} });
    let agreed: Initialized | null = null;
    for await (const line of messagesOf(answer)) agreed ??= readInitialized(line);
    if (agreed === null) throw new GatewayError("session_not_found");
    const session = sessionOf(answer, agreed);
    const headers = sessionHeaders(session);
    await textOf(await endpoint.post({ body: INITIALIZED, headers }));
    for (const body of memory.setUp) {
      const lines: string[] = [];
      for await (const line of messagesOf(await endpoint.post({ body, headers }))) lines.push(line);
      const isDone = lines.flatMap(answersIn).some(({ failed }) => !failed);
      if (!isDone) note(`The new session could not be set up as the last one was: ${body}.`);
    }
    return session;
  }
}
