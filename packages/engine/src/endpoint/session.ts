import { randomBytes } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
import type { Client, SessionRecord } from "../definitions.ts";
import { InFlight } from "../in-flight.ts";
import {
  classify,
  type JsonObject,
  type RequestId,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from "../jsonrpc.ts";
import { BATCH_VERSION, isSevereEnough } from "../protocol.ts";
import type { RequestTrace } from "../trace.ts";
import { EventLog, type LoggedStream } from "./event-log.ts";
import type { EventStream } from "./event-stream.ts";

/** Ids of questions differ between processes, so that a late answer meets no other question. */
const QUESTION_MARK = randomBytes(4).toString("hex");

/** A request that is being answered. */
interface Running {
  controller: AbortController;
  trace: RequestTrace;
}

interface Question {
  resolve: (response: RpcResponse) => void;
  reject: (error: GatewayError) => void;
}

export type OnNotified = (session: Session, notification: RpcNotification) => void;

/** What may be sent to a client unasked. */
export type Unasked = RpcNotification | RpcRequest;

export interface SessionOptions {
  /** Told of what the client hears that belongs to none of its requests. */
  onNotified?: OnNotified;
  /** Hands over to the gateway where the client reads. */
  passOn?: (session: Session, message: Unasked) => void;
}

/** A legacy client's session with what is open in it just now. */
export class Session implements Client {
  readonly isSession = true;
  readonly log = new EventLog();
  readonly #running = new InFlight<RequestId, Running>();
  readonly #options: SessionOptions;
  readonly #questions = new Map<RequestId, Question>();
  /** Streams for what belongs to no request, oldest first. */
  #unasked: LoggedStream[] = [];
  #record: SessionRecord;
  #asked = 0;
  #ended = false;
  lastSeenAt: number;
  /** The id of another gateway at which the client has a stream open for what belongs to no request. */
  heardAt: string | null = null;

  constructor(record: SessionRecord, options: SessionOptions = {}) {
    this.#record = record;
    this.#options = options;
    this.lastSeenAt = record.lastSeenAt;
  }

  get record(): SessionRecord {
    return this.#record;
  }

  get id(): string {
    return this.#record.sessionId;
  }

  get profileId(): string | null {
    return this.#record.profileId;
  }

  get info(): JsonObject {
    return this.#record.clientInfo;
  }

  get capabilities(): JsonObject {
    return this.#record.capabilities;
  }

  get logLevel(): string | null {
    return this.#record.logLevel;
  }

  /** Whether the client reads here what belongs to no request. */
  get isHeardHere(): boolean {
    return this.#unasked.some((one) => one.open);
  }

  /** A client that reads nothing while it is asked something has gone: its call is no use. */
  get busy(): boolean {
    return this.log.isRead || (this.#running.size > 0 && this.#questions.size === 0);
  }

  /** How many requests are being answered. */
  get running(): number {
    return this.#running.size;
  }

  /** Whether streams begin with an event that has an id and nothing else (from 2025-11-25 on). */
  get primes(): boolean {
    return this.#record.protocolVersion === "2025-11-25";
  }

  change(changes: Partial<Pick<SessionRecord, "logLevel" | "subscriptions">>): void {
    this.#record = { ...this.#record, ...changes };
  }

  /** Takes over what is stored. */
  refresh(record: SessionRecord): void {
    this.#record = record;
    this.lastSeenAt = Math.max(this.lastSeenAt, record.lastSeenAt);
  }

  isRunning(id: RequestId): boolean {
    return this.#running.has(id);
  }

  /** @returns aborted when nobody waits for the answer any more */
  begin(id: RequestId, trace: RequestTrace): AbortSignal {
    const controller = new AbortController();
    this.#running.set(id, { controller, trace });
    return controller.signal;
  }

  /** Of a request that runs. */
  traceOf(id: RequestId): RequestTrace | undefined {
    return this.#running.get(id)?.trace;
  }

  finish(id: RequestId): void {
    this.#running.delete(id);
  }

  /** @returns whether it runs here */
  cancel(id: RequestId): boolean {
    const running = this.#running.get(id);
    running?.controller.abort();
    return running !== undefined;
  }

  /** Sends what comes unasked on this stream too. `primes` where the client may come back to it. */
  attach(stream: EventStream, primes = this.primes): void {
    // What came while nobody read, before the first reader or after a restart, is not lost.
    const waiting = this.#unasked.find((logged) => !logged.wasAttached);
    const logged = waiting ?? this.log.open();
    if (!waiting) this.#unasked.push(logged);
    logged.attach(stream, 0);
    if (primes && !waiting) logged.prime(null);
    this.#forgetClosed();
  }

  /**
   * Goes on with a stream where the client lost it.
   *
   * @returns false where the event is not known any more
   */
  resume(stream: EventStream, lastEventId: string): boolean {
    const found = this.log.find(lastEventId);
    if (!found) return false;
    found.stream.attach(stream, found.sequence);
    return true;
  }

  /** Sent on one stream only (MCP 2025-11-25, transports, multiple connections): the newest. */
  notify(notification: RpcNotification): void {
    if (!this.wants(notification)) return;
    if (!this.#passOn(notification)) this.#unaskedStream().send(JSON.stringify(notification));
    this.#options.onNotified?.(this, notification);
  }

  /** What waits for a first reader here, who is elsewhere now. */
  takeWaiting(): Unasked[] {
    const waiting = this.#unasked.find((logged) => !logged.wasAttached);
    if (!waiting) return [];
    this.#unasked = this.#unasked.filter((one) => one !== waiting);
    this.log.forget(waiting);
    return this.log.after(waiting, 0).flatMap(({ data }) => {
      const classified = classify(JSON.parse(data));
      return classified.kind === "notification" ? [classified.message] : [];
    });
  }

  /** Whether the client wants to hear it, as far as it has set a level. */
  wants({ method, params }: RpcNotification): boolean {
    if (method !== "notifications/message" || this.logLevel === null) return true;
    return isSevereEnough(params?.level, this.logLevel);
  }

  ask(method: string, params: JsonObject | undefined, signal: AbortSignal): Promise<RpcResponse> {
    return this.askOver((message) => this.sendUnasked(message), method, params, signal);
  }

  /** @returns whether the client reads a stream on which it can come, wherever that is */
  sendUnasked(message: Unasked): boolean {
    return this.sendHere(message) || this.#passOn(message);
  }

  /** @returns whether the client reads a stream on which it can come, here */
  sendHere(message: Unasked): boolean {
    const stream = this.#unasked.findLast((one) => one.open);
    stream?.send(JSON.stringify(message));
    return stream !== undefined;
  }

  /**
   * Sends the client a request and waits for its answer, for as long as a person may take.
   *
   * @throws GatewayError client_cannot_be_asked, request_cancelled
   */
  askOver(
    send: (message: Unasked) => boolean,
    method: string,
    params: JsonObject | undefined,
    signal: AbortSignal,
  ): Promise<RpcResponse> {
    if (this.#ended || signal.aborted) return Promise.reject(new GatewayError("request_cancelled"));
    this.#asked += 1;
    const id = `${QUESTION_MARK}-${this.#asked}`;
    const request: RpcRequest =
      params === undefined
        ? { jsonrpc: "2.0", id, method }
        : { jsonrpc: "2.0", id, method, params };
    return new Promise<RpcResponse>((resolve, reject) => {
      const done = (): void => {
        this.#questions.delete(id);
        signal.removeEventListener("abort", onAbort);
      };
      const onAbort = (): void => {
        done();
        send({
          jsonrpc: "2.0",
          method: "notifications/cancelled",
          params: { requestId: id, reason: "The answer is not needed any more." },
        });
        reject(new GatewayError("request_cancelled"));
      };
      this.#questions.set(id, {
        resolve: (response) => {
          done();
          resolve(response);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      signal.addEventListener("abort", onAbort, { once: true });
      if (send(request)) return;
      done();
      reject(new GatewayError("client_cannot_be_asked", { reason: "no stream to it is open" }));
    });
  }

  /**
   * An answer of the client to a question of ours. One that nobody waits for any more is dropped.
   *
   * @returns whether it was asked here
   */
  onResponse(response: RpcResponse): boolean {
    const question = response.id === null ? undefined : this.#questions.get(response.id);
    question?.resolve(response);
    return question !== undefined;
  }

  end(): void {
    this.#ended = true;
    for (const { controller } of this.#running.values()) controller.abort();
    for (const question of this.#questions.values()) {
      question.reject(new GatewayError("request_cancelled"));
    }
    this.log.end();
  }

  /** @returns whether the client reads at another gateway only */
  #passOn(message: Unasked): boolean {
    if (this.heardAt === null || this.isHeardHere) return false;
    // The gateway there lists itself what has changed.
    if (!isOfLists(message)) this.#options.passOn?.(this, message);
    return true;
  }

  #unaskedStream(): LoggedStream {
    const known = this.#unasked.findLast((one) => one.open) ?? this.#unasked.at(-1);
    if (known) return known;
    const fresh = this.log.open();
    this.#unasked.push(fresh);
    return fresh;
  }

  /** A client that reconnects without saying what it saw last leaves streams behind. */
  #forgetClosed(): void {
    const newest = this.#unasked.at(-1);
    const isKept = (stream: LoggedStream): boolean => stream === newest || stream.open;
    for (const stream of this.#unasked) if (!isKept(stream)) this.log.forget(stream);
    this.#unasked = this.#unasked.filter(isKept);
  }
}

const isOfLists = ({ method }: Unasked): boolean => method.endsWith("/list_changed");

/** Whether a session of this version may send several messages in one body. */
export const allowsBatch = ({ record }: Session): boolean =>
  record.protocolVersion === BATCH_VERSION;
