import type { GatewayError } from "@local-mcp/contract";
import type { Exchange, TrafficClient } from "./definitions.ts";
import type { RpcNotification, RpcRequest, RpcResponse } from "./jsonrpc.ts";

/**
 * What tells of every message that passes the router, as it passes, to whoever records it. All of it
 * returns at once and throws nothing. What is handed over is not changed afterwards, so it may be
 * kept and written down later.
 */
export interface TrafficSink {
  /** Told of every request once its answer has been written. */
  onExchange(exchange: Exchange): void;
  /** A client, or the app itself, asks something. */
  onRequest(request: SeenRequest): RequestTrace;
  /** A client says something that has no answer. `about` is the trace of what it names by its id. */
  onClientNotification(
    from: SeenClient,
    message: RpcNotification,
    about: RequestTrace | undefined,
  ): void;
  /** Something without an answer that belongs to no request is told to a client. */
  onNotified(to: SeenClient, message: RpcNotification): void;
  /** What the gateway asks a server by itself, and what comes from it on no one's account. */
  ofServer(serverId: string): ServerTrace;
}

/** Who is at the client's end. */
export interface SeenClient {
  /** Null for the gateway's own window and command line, and for who is not known. */
  client: TrafficClient | null;
  /** Null in no profile's name. */
  profileId: string | null;
}

export interface SeenRequest extends SeenClient {
  /** Of the gateway's own window or command line. */
  isOwn: boolean;
  /** As it came: a {@link RpcRequest}, or what was taken for one and is refused. */
  message: unknown;
  /** Its JSON-RPC method; `?` where it has none. */
  method: string;
  /** Whose tool, prompt or resource it is about, as far as that is known. */
  serverId: string | null;
  /** What it is about, as the client calls it. */
  name: string | null;
}

/** One request of a client, from its arrival to its answer. */
export interface RequestTrace {
  /** It needs this server; until something is sent there it waits for its turn. */
  towards(serverId: string): ServerTrace;
  /** Something without an answer is told to the client on account of it. */
  notified(message: RpcNotification): void;
  /** What was written to the client. Counts once. */
  answered(answer: SeenAnswer): void;
}

export interface SeenAnswer {
  /** The whole response message; null where there was none to write. */
  text: string | null;
  outcome: Exchange["outcome"];
  /** Its result, where that is the object that a server answered with. */
  result?: unknown;
  /** Of ours, where the answer is not the server's own. */
  error: GatewayError | null;
  httpStatus: number | null;
  /** Where it became known only now, as with `initialize`. */
  client?: TrafficClient;
}

/** What goes to and fro between the gateway and one server, on one account. */
export interface ServerTrace {
  /** A request leaves for the server. */
  sent(message: RpcRequest): SentTrace;
  /** The server asks something; `ended` is told what it was answered. */
  asked(message: RpcRequest): SentTrace;
  /** A message without an answer came from the server, or went to it. */
  notified(message: RpcNotification, direction: "from_server" | "to_server"): void;
}

/** One request and its answer. */
export interface SentTrace {
  /** The head of an HTTP answer came. */
  head(httpStatus: number): void;
  ended(outcome: RpcResponse | GatewayError): void;
}

const NO_SENT_TRACE: SentTrace = { head: () => {}, ended: () => {} };

export const NO_SERVER_TRACE: ServerTrace = {
  sent: () => NO_SENT_TRACE,
  asked: () => NO_SENT_TRACE,
  notified: () => {},
};

/** For what is not recorded. */
export const NO_TRACE: RequestTrace = {
  towards: () => NO_SERVER_TRACE,
  notified: () => {},
  answered: () => {},
};

/** Tells nobody. */
export const NO_TRAFFIC: TrafficSink = {
  onExchange: () => {},
  onRequest: () => NO_TRACE,
  onClientNotification: () => {},
  onNotified: () => {},
  ofServer: () => NO_SERVER_TRACE,
};
