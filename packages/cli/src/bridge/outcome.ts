import type { IncomingMessage } from "node:http";
import { GatewayError } from "@local-mcp/contract";
import { systemCode } from "@local-mcp/gateway";
import { toGatewayError } from "../errors.ts";
import type { Session } from "./endpoint.ts";

/** Connecting failed, so that nothing of the request has left. */
export const neverSent = (error: unknown): boolean =>
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/.test(systemCode(error));

/** The gateway no longer knows the token or the session: it was started again, or time ran out. */
export const isOver = (answer: IncomingMessage, session: Session | null): boolean =>
  answer.statusCode === 401 || (answer.statusCode === 404 && session !== null);

export const isError = (answer: IncomingMessage): boolean => (answer.statusCode ?? 500) >= 400;

/** A connection that broke has a code; all else was said by us or is our own mistake. */
export const meaningOf = (error: unknown): GatewayError =>
  error instanceof Error && !(error instanceof GatewayError) && "code" in error
    ? new GatewayError("gateway_stopped_during_call", {}, { cause: error })
    : toGatewayError(error);

const SHORTEST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;

/** How long to wait before a stream is opened again, ms: longer each time, until one was opened. */
export class Backoff {
  #nextMs = SHORTEST_RETRY_MS;

  next(): number {
    const next = this.#nextMs;
    this.#nextMs = Math.min(next * 2, LONGEST_RETRY_MS);
    return next;
  }

  reset(): void {
    this.#nextMs = SHORTEST_RETRY_MS;
  }
}
