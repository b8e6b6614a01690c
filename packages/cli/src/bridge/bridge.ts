import type { IncomingMessage } from "node:http";
import type { Readable, Writable } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import { z } from "zod";
import { reasonOf, toGatewayError } from "../errors.ts";
import { type Access, messagesOf } from "./endpoint.ts";
import { LineWriter, linesOf } from "./lines.ts";
import { type Conversation, Link } from "./link.ts";
import {
  answeredIds,
  asJsonRpc,
  errorLine,
  type Id,
  type Initialized,
  type Message,
  readInitialized,
  readMessage,
  readRefusal,
} from "./message.ts";

export interface BridgeOptions {
  input: Readable;
  output: Writable;
  profile: string;
  /** Finds a running gateway and a token for the profile; null while none runs. */
  open: () => Promise<Access | null>;
  /** Says what happened beside the conversation. */
  note: (text: string) => void;
  /** Ends the bridge at once. */
  signal: AbortSignal;
  /** How long a request waits for a gateway, ms. */
  waitMs?: number;
  /** How long answers may take after the input has ended, ms. */
  drainMs?: number;
  /** Waits until the time is over or the signal aborts, which it rejects with. */
  pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const WAIT_MS = 15_000;
const DRAIN_MS = 10_000;
const FAREWELL_MS = 1000;
const SHORTEST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;

/** Connecting failed, so that nothing of the request has left. */
const neverSent = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/.test(String(error.code));

/** The gateway no longer knows the token or the session: it was started again, or time ran out. */
const isOver = (answer: IncomingMessage, { session }: Conversation): boolean =>
  answer.statusCode === 401 || (answer.statusCode === 404 && session !== null);

const isError = (answer: IncomingMessage): boolean => (answer.statusCode ?? 500) >= 400;

/** A connection that broke has a code; all else was said by us or is our own mistake. */
const meaningOf = (error: unknown): GatewayError =>
  error instanceof Error && !(error instanceof GatewayError) && "code" in error
    ? new GatewayError("gateway_stopped_during_call", {}, { cause: error })
    : toGatewayError(error);

const listChanged = z.object({ listChanged: z.literal(true) });

/**
 * The stdio face of a profile's endpoint, for clients that only start commands. It carries lines
 * and decides nothing, with one exception: when the gateway was started again, it repeats the
 * client's initialize, since a client of stdio has no other way to notice. A request that may have
 * had an effect is never repeated.
 */
class Bridge {
  readonly #options: BridgeOptions;
  readonly #pause: (milliseconds: number) => Promise<void>;
  readonly #output: LineWriter;
  readonly #link: Link;
  readonly #stopping = new AbortController();
  readonly #unanswered = new Set<Promise<void>>();
  /** For each request under way, its ids that have no answer yet. */
  readonly #waiting = new Set<Set<Id>>();
  /** What the client was told of the lists that can change. */
  #capabilities: Initialized["capabilities"] = {};
  #listener: Promise<void> | null = null;

  constructor(options: BridgeOptions) {
    const {
      waitMs = WAIT_MS,
      pause = (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
    } = options;
    this.#options = options;
    this.#pause = (milliseconds) => pause(milliseconds, this.#stopping.signal);
    this.#output = new LineWriter(options.output, this.#stopping);
    this.#link = new Link({
      profile: options.profile,
      open: options.open,
      waitMs,
      pause: this.#pause,
      renewed: () => this.#sayListsChanged(),
    });
  }

  async run(): Promise<void> {
    const { input, signal, drainMs = DRAIN_MS } = this.#options;
    const stop = (): void => this.#stopping.abort();
    signal.addEventListener("abort", stop);
    this.#stopping.signal.addEventListener("abort", () => {
      input.destroy();
      this.#link.close();
    });
    if (signal.aborted) stop();
    try {
      for await (const line of linesOf(input)) await this.#take(line);
      await Promise.race([Promise.all(this.#unanswered), this.#pause(drainMs)]);
    } catch (error) {
      // A stop ends the input and the pause by an error; that is how it is meant.
      if (!this.#stopping.signal.aborted) throw error;
    } finally {
      signal.removeEventListener("abort", stop);
      await this.#leave();
    }
  }

  /** One line of the client. Requests run side by side; all else keeps its place. */
  async #take(line: string): Promise<void> {
    if (line.trim() === "") return;
    const message = readMessage(line);
    if (message === null) {
      const what = { what: "line", detail: "it is no JSON-RPC message" };
      await this.#output.write(
        errorLine(null, asJsonRpc(new GatewayError("malformed_json", what))),
      );
    } else if (message.ids.length === 0) {
      await this.#notify(message);
    } else if (message.method === "initialize") {
      await this.#request(message);
    } else {
      const answered = this.#request(message).finally(() => this.#unanswered.delete(answered));
      this.#unanswered.add(answered);
    }
  }

  /** Carries a request and whatever comes back; what goes wrong becomes its answer. */
  async #request(message: Message): Promise<void> {
    const waiting = new Set(message.ids);
    this.#waiting.add(waiting);
    let failure: object;
    try {
      failure = await this.#exchange(message, waiting);
    } catch (error) {
      const meaning = meaningOf(error);
      this.#options.note(`${message.method ?? "A batch"} failed: ${meaning.message}`);
      failure = asJsonRpc(meaning);
    }
    this.#waiting.delete(waiting);
    for (const id of waiting) await this.#output.write(errorLine(id, failure));
  }

  /** Takes ids out of `waiting` as they are answered; resolves with the error for those left. */
  async #exchange(message: Message, waiting: Set<Id>): Promise<object> {
    const isInitialize = message.method === "initialize";
    if (isInitialize) await this.#link.forget();
    const { conversation, answer } = await this.#send(message);
    if (isError(answer)) {
      const { url } = conversation.endpoint;
      return (
        readRefusal(await textOf(answer)) ?? asJsonRpc(new GatewayError("not_a_gateway", { url }))
      );
    }
    for await (const line of messagesOf(answer)) {
      for (const id of answeredIds(line)) waiting.delete(id);
      const agreed = isInitialize ? readInitialized(line) : null;
      if (agreed !== null) {
        this.#capabilities = agreed.capabilities;
        this.#link.begin(conversation, message.text, answer, agreed);
      }
      await this.#output.write(line);
    }
    return asJsonRpc(new GatewayError("gateway_stopped_during_call"));
  }

  /** Sends a request, once more in a new conversation when the present one proves to be over. */
  async #send(message: Message): Promise<{ conversation: Conversation; answer: IncomingMessage }> {
    let conversation = await this.#link.current();
    for (let again = false; ; again = true) {
      try {
        const answer = await conversation.endpoint.post(message.text, conversation.session);
        if (again || !isOver(answer, conversation)) return { conversation, answer };
        answer.resume();
      } catch (error) {
        if (again || !(message.harmless || neverSent(error))) throw error;
      }
      conversation = await this.#link.renew(conversation);
    }
  }

  /**
   * Carries a notification, or an answer to something the gateway asked. Both belong to the
   * conversation they were made for, so neither waits for another one.
   */
  async #notify(message: Message): Promise<void> {
    // Who cancelled a request expects no answer to it.
    if (message.cancels !== null) for (const ids of this.#waiting) ids.delete(message.cancels);
    const conversation = this.#link.present;
    const what = message.method ?? "An answer";
    if (conversation === null) {
      this.#options.note(`${what} was dropped: no gateway is connected.`);
      return;
    }
    try {
      const answer = await conversation.endpoint.post(message.text, conversation.session);
      answer.resume();
      if (isError(answer)) {
        this.#options.note(`${what} was refused with HTTP status ${answer.statusCode}.`);
      } else if (message.method === "notifications/initialized") {
        this.#listener ??= this.#listen().finally(() => {
          this.#listener = null;
        });
      }
    } catch (error) {
      this.#options.note(`${what} was dropped: ${reasonOf(error)}.`);
    }
  }

  /** Carries what the gateway says unasked, as long as the bridge runs. */
  async #listen(): Promise<void> {
    let retry = SHORTEST_RETRY_MS;
    while (!this.#stopping.signal.aborted) {
      try {
        const conversation = await this.#link.current();
        if (conversation.session === null) return;
        const answer = await conversation.endpoint.listen(conversation.session);
        if (isOver(answer, conversation)) {
          answer.resume();
          await this.#link.renew(conversation);
        } else if (isError(answer)) {
          // This gateway has no such stream.
          answer.resume();
          return;
        } else {
          retry = SHORTEST_RETRY_MS;
          for await (const line of messagesOf(answer)) await this.#output.write(line);
        }
      } catch (error) {
        const over = this.#link.present;
        if (over !== null && neverSent(error)) this.#link.drop(over);
        if (!this.#stopping.signal.aborted) this.#options.note(`Listening: ${reasonOf(error)}.`);
      }
      // Rejects only when the bridge stops, which the loop looks at next.
      await this.#pause(retry).catch(() => {});
      retry = Math.min(retry * 2, LONGEST_RETRY_MS);
    }
  }

  /** After a restart the lists may be others, and the client cannot know that it should look. */
  async #sayListsChanged(): Promise<void> {
    for (const list of ["tools", "prompts", "resources"]) {
      if (listChanged.safeParse(this.#capabilities[list]).success) {
        const method = `notifications/${list}/list_changed`;
        await this.#output.write(JSON.stringify({ jsonrpc: "2.0", method }));
      }
    }
  }

  async #leave(): Promise<void> {
    const conversation = this.#link.present;
    if (conversation !== null && conversation.session !== null) {
      const farewell = new AbortController();
      // The gateway forgets a session by itself in time, so a failure here harms nobody.
      await Promise.race([
        conversation.endpoint.end(conversation.session),
        sleep(FAREWELL_MS, undefined, { signal: farewell.signal }),
      ]).catch(() => {});
      farewell.abort();
    }
    this.#stopping.abort();
    this.#link.close();
    await this.#listener;
    await Promise.all(this.#unanswered);
  }
}

/** Runs a bridge until its input ends or it is stopped, with all it opened closed again. */
export const runBridge = (options: BridgeOptions): Promise<void> => new Bridge(options).run();
