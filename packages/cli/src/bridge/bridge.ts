import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import { z } from "zod";
import { reasonOf } from "@local-mcp/gateway";
import type { Access } from "./endpoint.ts";
import { LineWriter, linesOf } from "./lines.ts";
import { Link, type Pause } from "./link.ts";
import { Listener } from "./listener.ts";
import { SessionMemory } from "./memory.ts";
import { asJsonRpc, errorLine, type Message, readMessage } from "./message.ts";
import { isError } from "./outcome.ts";
import { Requests } from "./requests.ts";
import { Unsent } from "./unsent.ts";

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

const listChanged = z.object({ listChanged: z.literal(true) });

/**
 * The stdio face of a profile's endpoint, for clients that only start commands. It carries lines of
 * both eras and decides nothing, with two exceptions, since a client of stdio has no way to notice
 * that the gateway was started again: it repeats what set up the client's session where the gateway
 * has forgotten it, and it opens again what the client listens to. A request that may have had an
 * effect is never repeated.
 */
class Bridge {
  readonly #options: BridgeOptions;
  readonly #pause: Pause;
  readonly #output: LineWriter;
  readonly #link: Link;
  readonly #requests: Requests;
  readonly #listener: Listener;
  readonly #memory = new SessionMemory();
  readonly #unsent = new Unsent();
  readonly #stopping = new AbortController();

  constructor(options: BridgeOptions) {
    const {
      waitMs = WAIT_MS,
      pause = (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
      profile,
      open,
      note,
    } = options;
    const stopping = this.#stopping.signal;
    this.#options = options;
    this.#pause = (milliseconds, signal) =>
      pause(milliseconds, signal === undefined ? stopping : AbortSignal.any([stopping, signal]));
    this.#output = new LineWriter(options.output, this.#stopping);
    const output = this.#output;
    const shared = { memory: this.#memory, pause: this.#pause, note };
    const renewed = (): Promise<void> => this.#sayListsChanged();
    this.#link = new Link({ ...shared, profile, open, waitMs, renewed });
    const link = this.#link;
    this.#listener = new Listener({ link, output, pause: this.#pause, note, stopping });
    this.#requests = new Requests({
      ...shared,
      link,
      output,
      hearing: () => this.#listener.hearing,
    });
  }

  async run(): Promise<void> {
    const { input, signal, drainMs = DRAIN_MS } = this.#options;
    const stop = (): void => this.#stopping.abort();
    signal.addEventListener("abort", stop);
    this.#stopping.signal.addEventListener("abort", () => {
      input.destroy();
      this.#requests.stopListening();
      this.#link.close();
    });
    if (signal.aborted) stop();
    try {
      for await (const line of linesOf(input)) await this.#take(line);
      this.#requests.stopListening();
      await Promise.race([this.#requests.answered(), this.#pause(drainMs)]);
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
    } else {
      const carried = this.#requests.carry(message, this.#unsent.add(line));
      // All that follows belongs to the session that this begins.
      if (message.method === "initialize") await carried;
      await this.#unsent.room();
    }
  }

  /**
   * Carries a notification, or an answer to something the gateway asked. Both belong to the
   * conversation they were made for, so neither waits for another one.
   */
  async #notify(message: Message): Promise<void> {
    if (message.cancels !== null && this.#requests.cancel(message.cancels)) return;
    const conversation = this.#link.present;
    const what = message.method ?? "An answer";
    if (conversation === null) {
      this.#options.note(`${what} was dropped: no gateway is connected.`);
      return;
    }
    // Nobody works for a client without a session once the answer is there.
    if (message.cancels !== null && conversation.session === null) return;
    try {
      const headers = this.#requests.headersFor(message, conversation.session);
      const answer = await conversation.endpoint.post({ body: message.text, headers });
      answer.resume();
      if (isError(answer)) {
        // 404 where a session has ended: what was meant for it is worth nothing in the next one.
        this.#options.note(`${what} was refused with HTTP status ${answer.statusCode}.`);
      } else if (message.method === "notifications/initialized") {
        this.#listener.start();
      }
    } catch (error) {
      this.#options.note(`${what} was dropped: ${reasonOf(error)}.`);
    }
  }

  /** After a restart the lists may be others, and the client cannot know that it should look. */
  async #sayListsChanged(): Promise<void> {
    for (const list of ["tools", "prompts", "resources"]) {
      if (listChanged.safeParse(this.#memory.capabilities[list]).success) {
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
    await this.#listener.stopped();
    await this.#requests.ended();
  }
}

/** Runs a bridge until its input ends or it is stopped, with all it opened closed again. */
export const runBridge = (options: BridgeOptions): Promise<void> => new Bridge(options).run();
