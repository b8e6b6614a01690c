import { GatewayError } from "@local-mcp/contract";
import { errorOf, type RequestId, type RpcResponse, resultOf } from "../jsonrpc.ts";
import { knownError } from "../known-error.ts";
import type { SentTrace } from "../trace.ts";
import { ANSWER_MS } from "../time.ts";
import type { TimeLimit } from "./time-limit.ts";

/** Questions of one server that may be open at the same time. */
const MOST_OPEN = 100;

/** A question, and what is told what came of it. */
interface Told {
  readonly id: RequestId;
  readonly trace: SentTrace;
}

/** The request of ours that a question belongs to. */
interface Asked {
  readonly limit: TimeLimit;
}

interface Question {
  readonly controller: AbortController;
  readonly of: Asked | null;
  isTakenBack: boolean;
}

/** The requests of a server that are not answered yet, by the server's own ids. */
export class Questions {
  readonly #send: (answer: RpcResponse) => void;
  readonly #open = new Map<RequestId, Question>();

  constructor(send: (answer: RpcResponse) => void) {
    this.#send = send;
  }

  /** Whether one is open under this id, so that another is the same, sent again. */
  has(id: RequestId): boolean {
    return this.#open.has(id);
  }

  acknowledge({ id, trace }: Told): void {
    this.#answer(resultOf(id, {}), trace);
  }

  refuse({ id, trace }: Told, error: GatewayError): void {
    this.#answer(errorOf(id, error.jsonRpc, error.message), trace);
  }

  /**
   * Has a question answered and sends what comes of it. Meanwhile the time of the request that it
   * belongs to stands still.
   */
  async ask(
    told: Told,
    of: Asked | null,
    answer: (signal: AbortSignal) => Promise<RpcResponse>,
  ): Promise<void> {
    if (this.#open.size >= MOST_OPEN) {
      const reason = `${MOST_OPEN} questions of the server are open`;
      this.refuse(told, new GatewayError("client_cannot_be_asked", { reason }));
      return;
    }
    const { id, trace } = told;
    const question: Question = { controller: new AbortController(), of, isTakenBack: false };
    this.#open.set(id, question);
    of?.limit.hold();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      question.controller.abort();
    }, ANSWER_MS);
    try {
      const response = await answer(question.controller.signal);
      if (question.isTakenBack) trace.ended(new GatewayError("request_cancelled"));
      else this.#answer({ ...response, id }, trace);
    } catch (error) {
      // Nobody waits for the answer to a question that was taken back.
      if (question.isTakenBack) trace.ended(new GatewayError("request_cancelled"));
      else this.refuse(told, isLate ? unanswered(error) : knownError(error));
    } finally {
      clearTimeout(timer);
      this.#open.delete(id);
      of?.limit.release();
    }
  }

  #answer(answer: RpcResponse, trace: SentTrace): void {
    trace.ended(answer);
    this.#send(answer);
  }

  /** @returns whether there was one under this id */
  takeBack(id: RequestId): boolean {
    const question = this.#open.get(id);
    if (!question) return false;
    question.isTakenBack = true;
    question.controller.abort();
    return true;
  }

  /** The request that they belong to is over; the server is told that nobody answers. */
  endOf(asked: Asked): void {
    for (const { of, controller } of this.#open.values()) if (of === asked) controller.abort();
  }

  endAll(): void {
    for (const { controller } of this.#open.values()) controller.abort();
  }
}

const unanswered = (cause: unknown): GatewayError =>
  new GatewayError("client_cannot_be_asked", { reason: "it has not answered in time" }, { cause });
