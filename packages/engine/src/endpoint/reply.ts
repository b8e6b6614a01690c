import type { RpcMessage } from "../jsonrpc.ts";

/** Where the answer to one request goes, and all that belongs to it before. */
export interface Reply {
  /** A notification or a request to the client. @returns whether it can reach the client here */
  send(message: RpcMessage): boolean;
  /** Lets the client come back later for the rest, after `retryMs`, where it knows how to. */
  pause(retryMs: number | null): void;
  /** `json` is the whole response message; `status` counts where nothing has been sent yet. */
  finish(json: string, status?: number): void;
  /** Ends without an answer, as a cancelled request does (MCP 2025-11-25, cancellation). */
  finishWithout(fallback: string): void;
}
