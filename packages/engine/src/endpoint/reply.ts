import type { RpcMessage } from "../jsonrpc.ts";

/** What a client was sent as the answer to a request. */
export interface Written {
  /** The whole response message; null where none could be written, or none was to be. */
  text: string | null;
  /** Of the HTTP answer; null where the client had gone before there was one. */
  httpStatus: number | null;
}

/** Where the answer to one request goes, and all that belongs to it before. */
export interface Reply {
  /** A notification or a request to the client. @returns whether it can reach the client here */
  send(message: RpcMessage): boolean;
  /** Lets the client come back later for the rest, after `retryMs`, where it knows how to. */
  pause(retryMs: number | null): void;
  /** `json` is the whole response message; `status` counts where nothing has been sent yet. */
  finish(json: string, status?: number): Written;
  /** Ends without an answer, as a cancelled request does (MCP 2025-11-25, cancellation). */
  finishWithout(fallback: string): Written;
}
