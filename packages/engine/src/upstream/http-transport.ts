import type http from "node:http";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import type { Launch } from "../definitions.ts";
import { InFlight } from "../in-flight.ts";
import { LARGE } from "../message-size.ts";
import {
  classify,
  isObject,
  type RequestId,
  requestIdOf,
  type RpcMessage,
  type RpcNotification,
} from "../jsonrpc.ts";
import { formatBytes } from "../text.ts";
import { atMost } from "../time.ts";
import { Credentials } from "./credentials.ts";
import { cancelled } from "./cancelled.ts";
import { Connections } from "./connections.ts";
import { failureBehind, isLockedOut, networkFailure, UpstreamFailure } from "./failure.ts";
import {
  discard,
  exchange,
  exchangeRepeatable,
  isEventStream,
  isMessage,
  readEvents,
  readText,
  type StreamPosition,
  TooLargeError,
} from "./http-exchange.ts";
import { errorAnswer, notMcpFailure, refusalFailure } from "./http-refusal.ts";
import { HttpSession } from "./http-session.ts";
import { listen } from "./listen.ts";
import type { Worth } from "./paced-reading.ts";
import { parseJson } from "./parse-json.ts";
import { resume } from "./resume.ts";
import { SentMessage } from "./sent-message.ts";
import { MESSAGES, TimeBudget } from "./time-budget.ts";
import type { Transport, TransportEvents } from "./transport.ts";

/** How long an ending session may be told so, ms. */
const GOODBYE_MS = 1000;
/** How long other requests may take to be refused too, after one was refused for all, ms. */
const LAST_REFUSAL_MS = 1000;
/** How long the answer to what nobody waits for may take, ms. */
const UNWAITED_MS = 30_000;
const POLL_MS = 5;
/** How long a stream may go on after the answer that it was for, ms. */
const AFTER_ANSWER_MS = 5000;
/** Messages that may be in one body or event. */
const MOST_AT_ONCE = 1000;

/** HTTP statuses that are about who asks, or how often. */
const UNRELATED: readonly number[] = [403, 408, 429];

type HttpLaunch = Extract<Launch, { transport: "http" | "sse" }>;

/**
 * MCP over Streamable HTTP as a client, in both eras (MCP 2025-11-25 and 2026-07-28, transports);
 * each message is sent in the era it is written for. Each request has a reader of its own, so that
 * what comes on its stream is known to belong to it.
 */
export class HttpTransport implements Transport {
  readonly #name: string;
  /** As configured, or where on the same origin the server has sent us. */
  #url: URL;
  readonly #credentials: Credentials;
  readonly #maxMessageBytes: number;
  readonly #connections: Connections;
  /** For all streams of events together. */
  readonly #budget = new TimeBudget(MESSAGES);
  readonly #sent = new InFlight<number, SentMessage>();
  #lastSent = 0;
  readonly #session = new HttpSession();
  readonly #ended = new AbortController();
  /** The GET stream, while there is one. */
  #listener: http.ClientRequest | null = null;
  #events: TransportEvents | null = null;
  /** What was refused since the connection is lost; null while it is not. */
  #refused: Set<RequestId> | null = null;

  constructor(options: { name: string; launch: HttpLaunch; maxMessageBytes: number }) {
    this.#name = options.name;
    this.#url = new URL(options.launch.url);
    this.#credentials = new Credentials(options.name, options.launch);
    this.#maxMessageBytes = options.maxMessageBytes;
    this.#connections = new Connections(this.#url, options.launch.route);
  }

  async open(events: TransportEvents): Promise<void> {
    this.#connections.check();
    this.#events = events;
  }

  send(message: RpcMessage, headers: Readonly<Record<string, string>> = {}): void {
    if (this.#isClosed) return;
    if (this.#refused === null) void this.#post(message, headers);
    else this.#refuse(requestIdOf(message));
  }

  handshakeDone(protocolVersion: string): void {
    this.#session.protocolVersion = protocolVersion;
    void listen({
      signal: this.#ended.signal,
      reopen: (lastEventId) =>
        this.#get(lastEventId, this.#ended.signal, (request) => (this.#listener = request)),
      read: (stream, position) => this.#readEvents(stream, position, null),
      onGap: () => this.#events?.onGap(),
      onRefused: () => this.#askForSession(),
    });
  }

  refresh(): void {
    this.#connections.dropIdle();
    this.#listener?.destroy();
  }

  cancel(id: RequestId, reason: string, isOpening: boolean): RpcNotification | null {
    const sent = [...this.#sent.values()].find((one) => one.id === id);
    if (!sent) return null;
    // In the modern era the closed stream says it all. What was not sent need not be taken back.
    const told = !sent.isModern && !isOpening && sent.isBegun ? cancelled(id, reason) : null;
    if (told) this.send(told);
    this.#giveUp(sent);
    return told;
  }

  output(): string[] {
    return [];
  }

  async close(): Promise<void> {
    this.#end(new UpstreamFailure("unreachable", `${this.#name} was stopped.`, { retry: "never" }));
    const inSession = this.#session.leave();
    if (inSession !== null) await this.#sayGoodbye(inSession);
    this.#connections.close();
  }

  get #isClosed(): boolean {
    return this.#ended.signal.aborted;
  }

  async #post(message: RpcMessage, headers: Readonly<Record<string, string>>): Promise<void> {
    const sent = new SentMessage((this.#lastSent += 1), message);
    this.#sent.set(sent.key, sent);
    if (sent.id === null) sent.stopAfter(UNWAITED_MS);
    try {
      const response = await this.#exchange(JSON.stringify(message), sent, headers);
      sent.status = response.statusCode ?? 0;
      if (sent.id !== null) this.#events?.onHead(sent.id, sent.status);
      await this.#read(response, sent.status, sent);
    } catch (error) {
      this.#failed(sent, error);
    } finally {
      sent.isOver();
      this.#sent.delete(sent.key);
    }
  }

  #exchange(
    body: string,
    sent: SentMessage,
    headers: Readonly<Record<string, string>>,
  ): Promise<http.IncomingMessage> {
    const onRequest = (outgoing: http.ClientRequest): void => void (sent.request = outgoing);
    return this.#credentials.send(sent.signal, (own) => {
      const request = {
        url: this.#url,
        method: "POST",
        headers: {
          ...own,
          ...(!sent.isModern && this.#session.headers),
          ...headers,
          ...sent.routing,
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
        },
        body,
        connections: this.#connections,
      };
      // A tool call is not repeated where it could have taken effect, however unlikely that is.
      return sent.method === "tools/call"
        ? exchange(request, onRequest)
        : exchangeRepeatable(request, onRequest, (url) => (this.#url = url));
    });
  }

  async #read(response: http.IncomingMessage, status: number, sent: SentMessage): Promise<void> {
    const refusal = this.#credentials.refusalOf(response);
    if (refusal) {
      discard(response);
      throw refusal;
    }
    if (status < 200 || status > 299) {
      await this.#readRefusal(response, status, sent);
      return;
    }
    if (!sent.isModern) this.#session.note(response, sent.isOpening);
    if (sent.id === null && (status === 202 || status === 204)) discard(response);
    else if (isEventStream(response)) await this.#readStream(response, sent);
    else await this.#readBody(response, status, sent);
  }

  async #readBody(
    response: http.IncomingMessage,
    status: number,
    sent: SentMessage,
  ): Promise<void> {
    const text = await readText(response, this.#maxMessageBytes);
    if (text.length >= LARGE) await nextTurn();
    const { id } = sent;
    const value = parseJson(text);
    this.#deliver((id === null ? null : errorAnswer(value, id)) ?? value, sent);
    if (id !== null && !sent.isAnswered) throw notMcpFailure({ url: this.#url, status, text });
  }

  async #readStream(response: http.IncomingMessage, sent: SentMessage): Promise<void> {
    const { id, position, signal } = sent;
    const read = (stream: http.IncomingMessage): Promise<void> =>
      this.#readEvents(stream, position, sent);
    let endedWell = true;
    try {
      await read(response);
    } catch (error) {
      if (sent.isModern || error instanceof TooLargeError || position.lastEventId === null) {
        throw error;
      }
      endedWell = false;
    }
    if (id === null || sent.isAnswered) return;

    const rest = {
      position,
      signal,
      isAnswered: () => sent.isAnswered,
      reopen: (lastEventId: string) =>
        this.#get(lastEventId, signal, (request) => (sent.request = request)),
      read,
      onPaused: (retryMs: number | null) => this.#events?.onPaused(id, retryMs),
    };
    const refused = sent.isModern ? null : await resume(rest, endedWell);
    if (refused) discard(refused);
    if (refused?.statusCode === 404 && this.#session.isKept) this.#loseSession(404, null);
    if (sent.isAnswered) return;
    throw new UpstreamFailure("unreachable", `${this.#url.host} ended the answer half way.`, {
      retry: "later",
      status: sent.status,
    });
  }

  #readEvents(
    stream: http.IncomingMessage,
    position: StreamPosition,
    sent: SentMessage | null,
  ): Promise<void> {
    return readEvents(stream, {
      maxBytes: this.#maxMessageBytes,
      budget: this.#budget,
      position,
      onEvent: (event) => (isMessage(event) ? this.#deliver(parseJson(event.data), sent) : "other"),
    });
  }

  /** One message, or the several that a server of 2025-03-26 may send at once. */
  #deliver(value: unknown, sent: SentMessage | null): Exclude<Worth, "part"> {
    const messages: unknown[] = Array.isArray(value) ? value : [value];
    if (value === undefined || this.#isClosed || messages.length > MOST_AT_ONCE) return "other";
    let worth: Exclude<Worth, "part"> = "other";
    for (const one of messages) {
      if (sent && isObject(one) && one.id === sent.id && classify(one).kind === "response") {
        sent.isAnswered = true;
        // Its server should end it now (MCP 2025-11-25, transports).
        sent.stopAfter(AFTER_ANSWER_MS);
      }
      if (this.#events?.onMessage(one, sent?.id ?? null) === "answer") worth = "answer";
    }
    return worth;
  }

  async #readRefusal(
    response: http.IncomingMessage,
    status: number,
    sent: SentMessage,
  ): Promise<void> {
    const text = await readText(response, this.#maxMessageBytes);
    const value = parseJson(text);
    const { id } = sent;
    if (!sent.isModern && this.#session.isLost(status, value)) {
      this.#loseSession(status, sent);
      return;
    }
    const answer = id !== null && isRelayed(status, sent) ? errorAnswer(value, id) : null;
    if (!answer) {
      const { location } = response.headers;
      throw refusalFailure({ url: this.#url, status, location, text });
    }
    this.#deliver(answer, sent);
  }

  #loseSession(status: number, refused: SentMessage | null): void {
    const message = `${this.#url.host} has ended the session.`;
    const lost = { retry: "later", sessionLost: true, status } as const;
    this.#lose(new UpstreamFailure("http_status", message, lost), refused);
  }

  /** For all that is sent. `refused` is the message that was turned away for it. */
  #lose(failure: UpstreamFailure, refused: SentMessage | null): void {
    const isKnown = this.#refused !== null;
    this.#refused ??= new Set();
    this.#refuse(refused?.id ?? null);
    if (isKnown) return;
    for (const sent of [...this.#sent.values()].filter(({ isBegun }) => !isBegun)) {
      this.#refuse(sent.id);
      this.#giveUp(sent);
    }
    void this.#endLost(failure, this.#refused);
  }

  #refuse(id: RequestId | null): void {
    if (id !== null) this.#refused?.add(id);
  }

  /** Only once it is known which requests were refused: those alone were never acted on. */
  async #endLost(failure: UpstreamFailure, refused: ReadonlySet<RequestId>): Promise<void> {
    const isUndecided = ({ id, status = 400 }: SentMessage): boolean =>
      id !== null && status >= 400;
    const { signal } = this.#ended;
    const until = performance.now() + LAST_REFUSAL_MS;
    while (
      [...this.#sent.values()].some(isUndecided) &&
      performance.now() < until &&
      !signal.aborted
    ) {
      await sleep(POLL_MS);
    }
    if (failure.sessionLost) this.#session.leave();
    for (const id of refused) this.#events?.onRequestFailed(id, failure.told(true));
    this.#end(failure.told(false));
  }

  /** The GET stream is refused that was open before; whether that is for the session is certain then. */
  #askForSession(): void {
    const id = "is the session alive";
    if (this.#session.isKept) this.send({ jsonrpc: "2.0", id, method: "ping" });
  }

  #failed(sent: SentMessage, error: unknown): void {
    const { id } = sent;
    if (this.#isClosed) return;
    const isWaitedFor = this.#sent.has(sent.key) && !sent.isAnswered;
    const known = failureBehind(error);
    if (known && isLockedOut(known)) {
      // It may be the rest of an answer that cannot be fetched any more.
      const isRefused = isWaitedFor && (sent.status === undefined || sent.status >= 400);
      this.#lose(known, isRefused ? sent : null);
      return;
    }
    if (!isWaitedFor) return;
    if (error instanceof TooLargeError) {
      const limit = formatBytes(this.#maxMessageBytes);
      const size = `more than ${limit}`;
      const tooBig = new GatewayError("message_too_big", { server: this.#name, size, limit });
      if (id !== null) this.#events?.onRequestFailed(id, tooBig);
      return;
    }
    const failure = networkFailure(this.#url.host, error, sent.status);
    // After the opening one failed exchange says nothing about the others.
    if (sent.isOpening) this.#end(failure);
    else if (id !== null) {
      const isOwn = error instanceof GatewayError && known !== null;
      this.#events?.onRequestFailed(id, isOwn ? error : failure);
    }
  }

  #giveUp(sent: SentMessage): void {
    this.#sent.delete(sent.key);
    sent.stop();
  }

  /** Ends the connection where whoever asks is not let in any more. */
  async #get(
    lastEventId: string | null,
    signal: AbortSignal,
    onRequest: (request: http.ClientRequest) => void,
  ): Promise<http.IncomingMessage> {
    const connections = this.#connections;
    try {
      const response = await this.#credentials.send(signal, (own) => {
        const headers: Record<string, string> = { ...own, ...this.#session.headers };
        headers.accept = "text/event-stream";
        // Headers are bytes, which Node takes as Latin-1.
        if (lastEventId !== null) {
          headers["last-event-id"] = Buffer.from(lastEventId).toString("latin1");
        }
        return exchange({ url: this.#url, method: "GET", headers, connections }, onRequest);
      });
      const refusal = this.#credentials.isRenewable ? this.#credentials.refusalOf(response) : null;
      if (refusal instanceof UpstreamFailure) throw refusal;
      return response;
    } catch (error) {
      if (error instanceof UpstreamFailure && isLockedOut(error)) this.#lose(error, null);
      throw error;
    }
  }

  /** A courtesy: a server that cannot be told ends the session by itself. */
  async #sayGoodbye(inSession: Readonly<Record<string, string>>): Promise<void> {
    const connections = this.#connections;
    const enough = new AbortController();
    const told = this.#credentials
      .sendOnce(enough.signal, (own) => {
        const headers = { ...own, ...inSession };
        return exchange({ url: this.#url, method: "DELETE", headers, connections }, () => {});
      })
      .then(
        (response) => discard(response),
        () => {},
      );
    // Not a time limit of the request: it has none before a proxy has given it a socket.
    await atMost(GOODBYE_MS, told);
    enough.abort();
  }

  #end(failure: UpstreamFailure): void {
    if (this.#isClosed) return;
    this.#ended.abort();
    for (const sent of this.#sent.values()) sent.stop();
    this.#listener?.destroy();
    this.#events?.onClosed(failure);
  }
}

/**
 * Whether a JSON-RPC error that comes with a bad HTTP status is the answer to the request. To
 * `initialize` it is not, since servers of 2024-11-05 refuse it so; to the probe it is only where
 * the request, and not the server, was at fault.
 */
function isRelayed(status: number, { method }: SentMessage): boolean {
  if (method === "initialize") return false;
  return method !== "server/discover" || (status < 500 && !UNRELATED.includes(status));
}
