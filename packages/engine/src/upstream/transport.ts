import type { GatewayError } from "@local-mcp/contract";
import type { RequestId, RpcMessage } from "../jsonrpc.ts";
import type { UpstreamFailure } from "./failure.ts";

/** What a transport tells the connection on top of it. */
export interface TransportEvents {
  /**
   * A parsed JSON value came. `stream` is the id of our request whose own stream carried it, null
   * for a stream that belongs to no request, undefined where the transport has only one channel
   * and cannot tell.
   */
  onMessage(value: unknown, stream: RequestId | null | undefined): void;
  /** One request cannot be answered any more, while the connection lives; null means all of them. */
  onRequestFailed(id: RequestId | null, error: GatewayError | UpstreamFailure): void;
  /** The connection is over. Called once, also after `close()`. */
  onClosed(failure: UpstreamFailure): void;
}

/** One way to carry JSON-RPC messages to a server and back. */
export interface Transport {
  /** Resolves when messages can be sent, or when `close` has been called. @throws UpstreamFailure */
  open(events: TransportEvents): Promise<void>;
  /** Queues a message. What goes wrong is told by the events. */
  send(message: RpcMessage): void;
  /** Told once the handshake is done, for transports that carry the version in a header. */
  handshakeDone(protocolVersion: string): void;
  /** Stops waiting for the answer to a request, where that ends a stream of its own. */
  abandon(id: RequestId): void;
  /** The last lines that the server wrote beside the protocol. */
  output(): string[];
  /** Ends everything that `open` started. Safe to call twice. */
  close(): Promise<void>;
}
