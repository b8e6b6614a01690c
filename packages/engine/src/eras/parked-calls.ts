import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import type { Client } from "../definitions.ts";
import { isObject, type JsonObject, type RpcResponse } from "../jsonrpc.ts";
import type { Answer, Caller } from "../router/caller.ts";
import { ANSWER_MS } from "../time.ts";
import { faultOfAnswer, modernQuestion } from "./inputs.ts";

/** Calls that wait at the same time, over all clients. */
const MAX_PARKED = 256;

/** What a call ends with for now: its answer, or the questions to be answered first. */
export type Turn =
  | { kind: "answered"; answer: Answer }
  | { kind: "input_required"; result: JsonObject };

/** Whose call it is and which; a state opens for nothing else. */
export interface Owner {
  profileId: string;
  tokenId: string | null;
  method: string;
  params: JsonObject;
}

interface Question {
  method: string;
  params: JsonObject;
  resolve: (response: RpcResponse) => void;
  reject: (error: GatewayError) => void;
}

export interface ParkedCallsOptions {
  ttlMs?: number;
  max?: number;
}

/**
 * Calls of modern clients at legacy servers that ask something while they work. A modern client can
 * only be asked by ending its request, so the call stays open at the server while the client is
 * sent the question as a result, and goes on when the client repeats its request with the answer
 * (MCP 2026-07-28, multi round-trip requests).
 *
 * Kept in memory: a call that a server is working on does not survive the gateway either.
 */
export class ParkedCalls {
  readonly #ttlMs: number;
  readonly #max: number;
  readonly #key = randomBytes(32);
  readonly #calls = new Map<string, ParkedCall>();

  constructor({ ttlMs = ANSWER_MS, max = MAX_PARKED }: ParkedCallsOptions = {}) {
    this.#ttlMs = ttlMs;
    this.#max = max;
  }

  /** How many calls wait for their clients. */
  get size(): number {
    return [...this.#calls.values()].filter((call) => call.waiting).length;
  }

  /**
   * Runs a call up to its answer or its first questions.
   *
   * @throws what `run` throws
   */
  async start(
    caller: Caller,
    owner: Owner,
    run: (caller: Caller) => Promise<Answer>,
  ): Promise<Turn> {
    const options: ParkedCallOptions = {
      owner: () => fingerprint(owner),
      tokenId: owner.tokenId,
      ttlMs: this.#ttlMs,
      mayPark: ({ id }) => this.#calls.size < this.#max || this.#calls.has(id),
      onParked: (call) => this.#calls.set(call.id, call),
      onOver: ({ id }) => this.#calls.delete(id),
    };
    return this.#turn(new ParkedCall(options, caller, run));
  }

  /**
   * Goes on with a call whose client has answered.
   *
   * @returns null where the state is none of ours: it may be the server's own
   * @throws GatewayError request_state_expired, input_response_unusable, and what the call throws
   */
  async resume(
    caller: Caller,
    owner: Owner,
    { requestState, inputResponses }: { requestState: string; inputResponses: JsonObject },
  ): Promise<Turn | null> {
    const state = this.#open(requestState);
    if (state === null) return null;
    const call = this.#calls.get(state.call);
    // A state opens once: a second request with it would answer questions asked since, or be
    // answered beside the first.
    const isOpen = call?.waiting === true && call.round === state.round;
    if (!isOpen || call.owner !== fingerprint(owner)) {
      throw new GatewayError("request_state_expired");
    }
    call.answer(caller, inputResponses);
    return this.#turn(call);
  }

  /** Ends the calls that wait for clients with this token, at the server too. */
  endOfToken(tokenId: string): void {
    for (const call of this.#calls.values()) if (call.tokenId === tokenId) call.end();
  }

  /** Ends every call that waits, at the server too. */
  close(): void {
    for (const call of this.#calls.values()) call.end();
  }

  async #turn(call: ParkedCall): Promise<Turn> {
    const turn = await call.turn();
    if (turn.kind === "answered") return turn;
    const result = {
      resultType: "input_required",
      inputRequests: turn.questions,
      requestState: this.#sign(call),
    };
    return { kind: "input_required", result };
  }

  #sign(call: ParkedCall): string {
    const body = `${call.id}.${call.round}`;
    return `${PREFIX}${body}.${this.#mac(body)}`;
  }

  #open(requestState: string): { call: string; round: number } | null {
    const match = new RegExp(`^${PREFIX}([0-9a-f-]{36})\\.(\\d{1,6})\\.([\\w-]{43})$`).exec(
      requestState,
    );
    const [, call, round, mac] = match ?? [];
    if (call === undefined || round === undefined || mac === undefined) return null;
    const expected = Buffer.from(this.#mac(`${call}.${round}`));
    return timingSafeEqual(expected, Buffer.from(mac)) ? { call, round: Number(round) } : null;
  }

  #mac(body: string): string {
    return createHmac("sha256", this.#key).update(body).digest("base64url");
  }
}

function fingerprint({ profileId, tokenId, method, params }: Owner): string {
  const { name, uri, arguments: args } = params;
  const call = JSON.stringify([profileId, tokenId, method, name, uri, args ?? {}]);
  return createHash("sha256").update(call).digest("base64url");
}

const PREFIX = "local-mcp-gateway.";

interface ParkedCallOptions {
  /** Only asked where the call parks, since arguments may be long. */
  owner: () => string;
  tokenId: string | null;
  ttlMs: number;
  mayPark: (call: ParkedCall) => boolean;
  onParked: (call: ParkedCall) => void;
  onOver: (call: ParkedCall) => void;
}

/** One call, over all the requests that its client makes for it. */
class ParkedCall {
  readonly id = randomUUID();
  /** Whose call it is, once it has been parked. */
  owner: string | null = null;
  /** Counts the times that questions were handed out. */
  round = 0;
  readonly #options: ParkedCallOptions;
  readonly #ended = new AbortController();
  readonly #questions = new Map<string, Question>();
  #asked = 0;
  /** The request that is open now; null while the client is being asked. */
  #current: { caller: Caller; release: () => void } | null = null;
  readonly #outcome: Promise<Answer>;
  #onQuestion = (): void => {};
  #timer: NodeJS.Timeout | undefined;

  constructor(
    options: ParkedCallOptions,
    caller: Caller,
    start: (caller: Caller) => Promise<Answer>,
  ) {
    this.#options = options;
    this.#adopt(caller);
    // What the client can do and wants to hear, it says anew with each request.
    const client = (): Client | null => (this.#current?.caller ?? caller).client;
    this.#outcome = start({
      era: caller.era,
      get client() {
        return client();
      },
      signal: this.#ended.signal,
      trace: caller.trace,
      // Each request of the client has a token of its own.
      progressToken: () => this.#current?.caller.progressToken(),
      notify: (notification) => this.#current?.caller.notify(notification),
      ask: (method, params, signal) => this.#ask(method, params, signal),
      // A response that ends early is how a modern client is asked; it cannot come back for more.
      pause: () => {},
    });
    // A failure while nobody waits is told to the client when it comes back.
    this.#outcome.catch(() => {});
  }

  get tokenId(): string | null {
    return this.#options.tokenId;
  }

  get waiting(): boolean {
    return this.#current === null;
  }

  /** @throws GatewayError input_response_unusable, with the questions still open */
  answer(caller: Caller, responses: JsonObject): void {
    for (const [key, { method }] of this.#questions) {
      if (!(key in responses)) continue;
      const detail = faultOfAnswer(method, responses[key]);
      if (detail !== null)
        throw new GatewayError("input_response_unusable", { key, method, detail });
    }
    this.#adopt(caller);
    for (const [key, question] of this.#questions) {
      const result = responses[key];
      if (!isObject(result)) continue;
      this.#questions.delete(key);
      question.resolve({ jsonrpc: "2.0", id: 0, result });
    }
  }

  /** The answer, or the questions that are open. Ends the request that waits for it. */
  async turn(): Promise<
    { kind: "answered"; answer: Answer } | { kind: "questions"; questions: JsonObject }
  > {
    const asked = new Promise<null>((resolve) => {
      this.#onQuestion = () => resolve(null);
      if (this.#questions.size > 0) resolve(null);
    });
    const answer = await Promise.race([this.#outcome, asked]).catch((error: unknown) => {
      this.#over();
      throw error;
    });
    if (answer !== null) {
      this.#over();
      return { kind: "answered", answer };
    }
    // Questions that are asked together are handed out together.
    await nextTurn();
    if (this.#questions.size === 0) return this.turn();
    this.#park();
    const questions = Object.fromEntries(
      [...this.#questions].map(([key, { method, params }]) => [key, { method, params }]),
    );
    return { kind: "questions", questions };
  }

  end(): void {
    this.#ended.abort();
    for (const question of this.#questions.values()) {
      question.reject(new GatewayError("request_cancelled"));
    }
    this.#questions.clear();
    this.#over();
  }

  #ask(method: string, params: JsonObject | undefined, signal: AbortSignal): Promise<RpcResponse> {
    if (signal.aborted || this.#ended.signal.aborted) {
      return Promise.reject(new GatewayError("request_cancelled"));
    }
    if (!this.#options.mayPark(this)) return Promise.reject(new GatewayError("too_many_waiting"));
    this.#options.onParked(this);
    this.#asked += 1;
    const key = `question-${this.#asked}`;
    return new Promise<RpcResponse>((resolve, reject) => {
      const onAbort = (): void => {
        this.#questions.delete(key);
        reject(new GatewayError("request_cancelled"));
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#questions.set(key, {
        method,
        params: modernQuestion(method, params),
        resolve: (response) => {
          signal.removeEventListener("abort", onAbort);
          resolve(response);
        },
        reject,
      });
      this.#onQuestion();
    });
  }

  /** From now on this request's client is spoken to, and its going away ends the call. */
  #adopt(caller: Caller): void {
    clearTimeout(this.#timer);
    const onAbort = (): void => this.end();
    caller.signal.addEventListener("abort", onAbort, { once: true });
    this.#current = {
      caller,
      release: () => caller.signal.removeEventListener("abort", onAbort),
    };
    if (caller.signal.aborted) this.end();
  }

  #park(): void {
    this.#release();
    this.owner ??= this.#options.owner();
    this.round += 1;
    this.#timer = setTimeout(() => this.end(), this.#options.ttlMs);
  }

  #release(): void {
    this.#current?.release();
    this.#current = null;
  }

  #over(): void {
    clearTimeout(this.#timer);
    this.#release();
    this.#options.onOver(this);
  }
}
