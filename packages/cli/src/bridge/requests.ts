import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { GatewayError } from "@local-mcp/contract";
import { z } from "zod";
import { messagesOf, type Session, sessionHeaders, startOfStream } from "./endpoint.ts";
import { ToolHeaders } from "./headers.ts";
import type { LineWriter } from "./lines.ts";
import type { Conversation, Link, Pause } from "./link.ts";
import type { SessionMemory } from "./memory.ts";
import {
  answersIn,
  asJsonRpc,
  errorLine,
  type Id,
  type Message,
  readInitialized,
  readMessage,
  readRefusal,
} from "./message.ts";
import { Backoff, isError, isOver, meaningOf, neverSent } from "./outcome.ts";
import { Subscription } from "./subscription.ts";

export interface RequestsOptions {
  link: Link;
  output: LineWriter;
  memory: SessionMemory;
  pause: Pause;
  note: (text: string) => void;
  /** See Listener. */
  hearing: () => AbortSignal | null;
}

/** What is waited where the gateway has not said, ms. */
const RETRY_MS = 1000;
/** So many times in a row the rest of a stream may bring nothing new before it is given up. */
const MOST_FRUITLESS = 10;

/** A request under way. */
interface Ongoing {
  message: Message;
  /** Its ids that have no answer yet. */
  waiting: Set<Id>;
  /** Breaks it off. */
  cancelled: AbortController;
  onSent: () => void;
}

/** What a request ends with that has got no answer: the error for it. */
type Failure = object;

/** HeaderMismatch (MCP 2026-07-28): refused before anything was done. */
const HEADER_MISMATCH = -32_020;
const paramsWithMeta = z.object({ _meta: z.record(z.string(), z.unknown()) });

const lacksHeaders = ({ modern, method }: Message, refusal: Failure): boolean =>
  modern !== null && method === "tools/call" && Reflect.get(refusal, "code") === HEADER_MISMATCH;

/** Such a request has no end of its own. */
const isListening = ({ modern, method }: Message): boolean =>
  modern !== null && method === "subscriptions/listen";

const stopped = (): Failure => asJsonRpc(new GatewayError("gateway_stopped_during_call"));

/** Carries the client's requests to the gateway, side by side, and what comes back for them. */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #tools = new ToolHeaders();
  /** Those under way, each with the promise that it ends. */
  readonly #ongoing = new Map<Ongoing, Promise<void>>();

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  /** Resolves when those that are to be answered are. */
  async answered(): Promise<void> {
    const wanted = [...this.#ongoing].filter(([{ cancelled }]) => !cancelled.signal.aborted);
    await Promise.all(wanted.map(([, ended]) => ended));
  }

  /** Resolves when nothing is under way. */
  async ended(): Promise<void> {
    await Promise.all(this.#ongoing.values());
  }

  /**
   * Carries a request and whatever comes back; what goes wrong becomes its answer. Resolves when
   * nothing more is to be written for it.
   *
   * @param onSent called once the gateway has it, or nothing is to be sent any more
   */
  carry(message: Message, onSent: () => void): Promise<void> {
    const waiting = new Set(message.ids);
    const ongoing: Ongoing = { message, waiting, cancelled: new AbortController(), onSent };
    const ended = this.#carry(ongoing).finally(() => this.#ongoing.delete(ongoing));
    this.#ongoing.set(ongoing, ended);
    return ended;
  }

  /**
   * The client wants no answer any more. In the modern era, breaking the request off says so to the
   * gateway; resolves with true where that was done.
   */
  cancel(id: Id): boolean {
    const meant = [...this.#ongoing.keys()].filter(({ waiting }) => waiting.delete(id));
    const modern = meant.filter(({ message }) => message.modern !== null);
    for (const { cancelled } of modern) cancelled.abort();
    return modern.length > 0;
  }

  /** What a message of either era is to be sent with. */
  headersFor(message: Message, session: Session | null): OutgoingHttpHeaders {
    return message.modern === null ? sessionHeaders(session) : this.#tools.of(message);
  }

  /** Ends what would go on for ever by itself. */
  stopListening(): void {
    for (const { message, cancelled } of this.#ongoing.keys()) {
      if (isListening(message)) cancelled.abort();
    }
  }

  async #carry(ongoing: Ongoing): Promise<void> {
    const { message, waiting, onSent } = ongoing;
    let failure: Failure | null;
    try {
      failure = await (isListening(message) ? this.#listen(ongoing) : this.#exchange(ongoing));
    } catch (error) {
      const meaning = meaningOf(error);
      failure = asJsonRpc(meaning);
      if (!ongoing.cancelled.signal.aborted) {
        this.#options.note(`${message.method ?? "A batch"} failed: ${meaning.message}`);
      }
    }
    onSent();
    for (const id of waiting) await this.#write(ongoing, errorLine(id, failure ?? stopped()));
  }

  /** Takes ids out of `waiting` as they are answered; resolves with the error for those left, or null for the usual. */
  async #exchange(ongoing: Ongoing): Promise<Failure | null> {
    const { message, waiting, cancelled } = ongoing;
    if (message.method === "initialize" && message.modern === null)
      await this.#options.link.forget();
    for (let again = false; ; again = true) {
      const { conversation, answer } = await this.#send(ongoing);
      if (isError(answer)) {
        const refusal = await this.#refusal(conversation, answer);
        if (again || !lacksHeaders(message, refusal)) return refusal;
        await this.#learnTools(ongoing, conversation);
        continue;
      }
      try {
        for await (const line of this.#messages(ongoing, conversation, answer)) {
          await this.#relay(ongoing, line, conversation, answer);
        }
      } catch (error) {
        if (again || !message.harmless || cancelled.signal.aborted) throw error;
      }
      if (again || !message.harmless || waiting.size === 0) return null;
      await this.#options.link.renew(conversation);
    }
  }

  /**
   * Lists the tools for the bridge itself: a client that knows them from earlier may call one whose
   * arguments are repeated in headers before any list has passed here.
   */
  async #learnTools({ message, cancelled }: Ongoing, { endpoint }: Conversation): Promise<void> {
    const { data } = paramsWithMeta.safeParse(message.params);
    const list = { jsonrpc: "2.0", id: 0, method: "tools/list", params: { _meta: data?._meta } };
    const own = readMessage(JSON.stringify(list));
    if (own === null) return;
    const { signal } = cancelled;
    const headers = this.headersFor(own, null);
    const answer = await endpoint.post({ body: own.text, headers, signal });
    for await (const line of messagesOf(answer)) this.#tools.learn(line);
  }

  async #relay(
    ongoing: Ongoing,
    line: string,
    conversation: Conversation,
    answer: IncomingMessage,
  ): Promise<void> {
    const { message, waiting } = ongoing;
    const { link, memory } = this.#options;
    for (const { id, failed } of answersIn(line)) {
      if (!waiting.delete(id) || failed) continue;
      if (message.method === "tools/list") this.#tools.learn(line);
      if (message.modern !== null) continue;
      const agreed = message.method === "initialize" ? readInitialized(line) : null;
      if (agreed === null) memory.note(message);
      else link.begin(conversation, message.text, answer, agreed);
    }
    await this.#write(ongoing, line);
  }

  /** Listens until the client has enough; gateways may come and go. */
  async #listen(ongoing: Ongoing): Promise<Failure | null> {
    const { message, waiting, cancelled } = ongoing;
    const { link, pause } = this.#options;
    const backoff = new Backoff();
    const [id] = message.ids;
    const subscription = new Subscription(id ?? "");
    for (;;) {
      try {
        const { conversation, answer } = await this.#send(ongoing);
        // After a gateway that goes, another one may come.
        const isGoing = subscription.isAcknowledged && (answer.statusCode ?? 500) >= 500;
        if (isError(answer) && !isGoing) return await this.#refusal(conversation, answer);
        if (isGoing) answer.resume();
        else {
          backoff.reset();
          await this.#hear(ongoing, subscription, answer);
        }
        if (waiting.size === 0) return null;
      } catch (error) {
        if (!subscription.isAcknowledged || cancelled.signal.aborted) throw error;
        const over = link.present;
        if (over !== null && neverSent(error)) link.drop(over);
      }
      await pause(backoff.next(), cancelled.signal);
    }
  }

  /** Reads one stream of a subscription to its end. */
  async #hear(
    ongoing: Ongoing,
    subscription: Subscription,
    stream: IncomingMessage,
  ): Promise<void> {
    for await (const line of messagesOf(stream)) {
      for (const said of subscription.carry(line)) {
        for (const { id } of answersIn(said)) ongoing.waiting.delete(id);
        await this.#write(ongoing, said);
      }
    }
  }

  /** Sends a request, once more in a new conversation when the present one proves to be over. */
  async #send(ongoing: Ongoing): Promise<{ conversation: Conversation; answer: IncomingMessage }> {
    const { message, cancelled, onSent } = ongoing;
    const { signal } = cancelled;
    const { link } = this.#options;
    let conversation = await link.current();
    for (let again = false; ; again = true) {
      signal.throwIfAborted();
      const session = message.modern === null ? conversation.session : null;
      const headers = this.headersFor(message, session);
      try {
        const answer = await conversation.endpoint.post({
          body: message.text,
          headers,
          signal,
          onSent,
        });
        if (again || !isOver(answer, session)) return { conversation, answer };
        answer.resume();
      } catch (error) {
        if (again || signal.aborted || !(message.harmless || neverSent(error))) throw error;
      }
      conversation = await link.renew(conversation);
    }
  }

  /**
   * What a request's stream brings, and the rest of it where the gateway lets the client come back
   * for that, or where the connection broke (MCP 2025-11-25, transports, resumability).
   */
  async *#messages(
    ongoing: Ongoing,
    { endpoint, session }: Conversation,
    answer: IncomingMessage,
  ): AsyncGenerator<string> {
    const { message, waiting, cancelled } = ongoing;
    const position = startOfStream();
    let stream = answer;
    let hearing = this.#options.hearing();
    for (let fruitless = 0; ; fruitless += 1) {
      const from = position.lastEventId;
      let broken: unknown = null;
      try {
        yield* messagesOf(stream, position);
      } catch (error) {
        broken = error;
      }
      const { lastEventId, retryMs } = position;
      if (lastEventId !== from) fruitless = 0;
      const canGoOn =
        message.modern === null &&
        session !== null &&
        lastEventId !== null &&
        fruitless < MOST_FRUITLESS;
      if (broken !== null && !canGoOn) throw broken;
      if (!canGoOn || waiting.size === 0) return;
      await this.#options.pause(retryMs ?? RETRY_MS, cancelled.signal);
      hearing ??= this.#options.hearing();
      // Another gateway would take the id of an event for nobody's, and say nothing for ever.
      if (hearing === null) return;
      const reading = AbortSignal.any([hearing, cancelled.signal]);
      stream = await endpoint.listen(session, lastEventId, reading);
      if (isError(stream)) {
        stream.resume();
        return;
      }
    }
  }

  /** The error that a refused request is answered with. */
  async #refusal({ endpoint }: Conversation, answer: IncomingMessage): Promise<Failure> {
    const { url } = endpoint;
    return (
      readRefusal(await textOf(answer)) ?? asJsonRpc(new GatewayError("not_a_gateway", { url }))
    );
  }

  /** Writes what belongs to a request, unless the client wants no more of it. */
  async #write({ cancelled }: Ongoing, line: string): Promise<void> {
    if (!cancelled.signal.aborted) await this.#options.output.write(line);
  }
}
