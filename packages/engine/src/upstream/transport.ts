import type { GatewayError } from "@local-mcp/contract";
import type { RequestId, RpcMessage, RpcNotification } from "../jsonrpc.ts";
import type { UpstreamFailure } from "./failure.ts";

/** What a message was: the answer that somebody waits for, any other message, or none of MCP. */
export type Received = "answer" | "other" | "malformed";

/** What a transport tells the connection on top of it. */
export interface TransportEvents {
  /**
   * A parsed JSON value came. `stream` is the id of our request whose own stream carried it, null
   * for a stream that belongs to no request, undefined where the transport has only one channel
   * and cannot tell.
   */
  onMessage(value: unknown, stream: RequestId | null | undefined): Received;
  /**
   * One request cannot be answered any more, while the connection lives; null means all of them.
   * Returns whether anybody had waited for the answer.
   */
  onRequestFailed(id: RequestId | null, error: GatewayError | UpstreamFailure): boolean;
  /**
   * The server has ended the stream of this request before answering it, and the rest will be
   * fetched (MCP 2025-11-25, transports, resumability). `retryMs` is what the server asked for.
   */
  onPaused(id: RequestId, retryMs: number | null): void;
  /** The head of an HTTP answer to this request came. */
  onHead(id: RequestId, httpStatus: number): void;
  /** For a while nothing could be heard but answers, so that something may have been missed. */
  onGap(): void;
  /** The connection is over. Called once, also after `close()`. */
  onClosed(failure: UpstreamFailure): void;
}

/** What was on stdout that is not MCP. */
export interface Garbage {
  /** Since the process was started. */
  lines: number;
  /** The beginning of the last one. */
  last: string | null;
}

/** One way to carry JSON-RPC messages to a server and back. */
export interface Transport {
  /** Resolves when messages can be sent, or when `close` has been called. @throws UpstreamFailure */
  open(events: TransportEvents): Promise<void>;
  /**
   * Queues a message. What goes wrong is told by the events. `headers` are for this message alone,
   * and for transports that have any.
   */
  send(message: RpcMessage, headers?: Readonly<Record<string, string>>): void;
  /** Told once the legacy handshake is done, for transports that carry the version in a header. */
  handshakeDone(protocolVersion: string): void;
  /**
   * Stops waiting for the answer to a request and lets the server know, in the way of its era.
   * `isOpening` marks `initialize`, which must not be cancelled (MCP 2025-11-25, cancellation).
   *
   * @returns what was sent for it; null where nothing was
   */
  cancel(id: RequestId, reason: string, isOpening: boolean): RpcNotification | null;
  /** The last lines that the server wrote beside the protocol. */
  output(): string[];
  /** Absent where there is no stdout. */
  garbage?(): Garbage;
  /** Lets go of what may have died unnoticed and can be opened anew without ending the connection. */
  refresh?(): void;
  /** Ends everything that `open` started. Safe to call twice. */
  close(): Promise<void>;
}
