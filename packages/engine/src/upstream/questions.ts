import { GatewayError } from "@local-mcp/contract";
import {
  errorOf,
  type RequestId,
  type RpcRequest,
  type RpcResponse,
  resultOf,
} from "../jsonrpc.ts";
import type { TimeLimit } from "./time-limit.ts";

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

  acknowledge(id: RequestId): void {
    this.#send(resultOf(id, {}));
  }

  refuse(id: RequestId, error: GatewayError): void {
    this.#send(errorOf(id, error.jsonRpc, error.message));
  }

  /**
   * Has a question answered and sends what comes of it. Meanwhile the time of the request that it
   * belongs to stands still.
   */
  async ask(
    { id }: RpcRequest,
    of: Asked | null,
    answer: (signal: AbortSignal) => Promise<RpcResponse>,
  ): Promise<void> {
    const question: Question = { controller: new AbortController(), of, isTakenBack: false };
    this.#open.set(id, question);
    of?.limit.hold();
    try {
      const response = await answer(question.controller.signal);
      if (!question.isTakenBack) this.#send({ ...response, id });
    } catch (error) {
      // Nobody waits for the answer to a question that was taken back.
      if (question.isTakenBack) return;
      const told = error instanceof GatewayError;
      this.refuse(id, told ? error : new GatewayError("internal", {}, { cause: error }));
    } finally {
      this.#open.delete(id);
      of?.limit.release();
    }
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
