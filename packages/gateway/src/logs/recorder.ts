import { GatewayError, type LogLevel } from "@local-mcp/contract";
import {
  claimedModernVersion,
  isErrorResponse,
  isObject,
  isOverTime,
  nameIn,
  NO_SERVER_TRACE,
  NO_TRACE,
  type RequestTrace,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
  type SeenAnswer,
  type SeenClient,
  type SeenRequest,
  type SentTrace,
  type ServerTrace,
  type TrafficSink,
} from "@local-mcp/engine";
import { type About, type Clock, Exchange, NO_ANSWER, sessionOf, thousandths } from "./exchange.ts";
import type { Levels } from "./levels.ts";
import type { Outbox } from "./outbox.ts";
import type { Row, RowEnd, RowStart } from "./row.ts";

export interface RecorderOptions {
  outbox: Pick<Outbox, "begin" | "end" | "drop" | "isFull">;
  levels: Pick<Levels, "of">;
  /** What the gateway's own window or command line is called. */
  ownName: string;
  clock: Clock;
}

/** Who is told to have asked where no client did. */
const GATEWAY = { name: "gateway", version: null };
/** Longer answers are not looked into for what they say, characters. */
const MAX_READ = 64 * 1024;
/** The clock of the computer was set, or it slept, where the two differ by more, ms. */
const DRIFT_MS = 20;

/**
 * Takes down what passes, as references; the outbox writes it down. Whatever a row is about, all
 * rows of one exchange have its number.
 */
export class Recorder implements Omit<TrafficSink, "onExchange"> {
  readonly #options: RecorderOptions;
  /** What the two clocks differ by. */
  #offset: number;
  #lastCorrelation = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#offset = options.clock.date() - options.clock.now();
  }

  onRequest(seen: SeenRequest): RequestTrace {
    const { levels, outbox } = this.#options;
    const level = levels.of(seen.profileId, seen.serverId);
    if (level === "off") return NO_TRACE;
    // Of an exchange that is not recorded whole nothing is.
    if (level !== "errors" && outbox.isFull) return droppedRequest(outbox);
    return new RequestRecord(this.#exchange(seen), seen, level);
  }

  onClientNotification(
    from: SeenClient,
    message: RpcNotification,
    about: RequestTrace | undefined,
  ): void {
    if (about === undefined) this.#alone(from).note(message, "from_client", null);
    else if (about instanceof RequestRecord) about.said(message);
    // Of an exchange that was dropped all is; of one that is not to be recorded nothing is missing.
    else if (about !== NO_TRACE) this.#options.outbox.drop(1);
  }

  onNotified(to: SeenClient, message: RpcNotification): void {
    this.#alone(to).note(message, "to_client", null);
  }

  ofServer(serverId: string): ServerTrace {
    return new ServerRecord(() => this.#alone({ client: null, profileId: null }), serverId, null);
  }

  /** Nothing else belongs to it than what it is begun with. */
  #alone(from: SeenClient): Exchange {
    const exchange = this.#exchange(from);
    exchange.over();
    return exchange;
  }

  #exchange({ isOwn = false, ...from }: SeenClient & { isOwn?: boolean }): Exchange {
    const { ownName, ...rest } = this.#options;
    const own = isOwn ? { name: ownName, version: null } : null;
    const correlation = this.#correlation();
    return new Exchange({ ...rest, at: (began) => this.#at(began), correlation, from, own });
  }

  /** Grows with time, also over restarts, and is no other's. */
  #correlation(): string {
    this.#lastCorrelation = Math.max(this.#lastCorrelation + 1, this.#options.clock.date() * 4096);
    return this.#lastCorrelation.toString(36);
  }

  #at(began: number): number {
    const { clock } = this.#options;
    const offset = clock.date() - clock.now();
    if (Math.abs(offset - this.#offset) > DRIFT_MS) this.#offset = offset;
    return began + this.#offset;
  }
}

/** A request of a client. */
class RequestRecord implements RequestTrace {
  readonly #exchange: Exchange;
  readonly #row: Row;

  constructor(
    exchange: Exchange,
    { message, method, name, serverId }: SeenRequest,
    level: LogLevel,
  ) {
    this.#exchange = exchange;
    const about: About = { kind: "request", direction: "from_client", method, name, serverId };
    this.#row = exchange.begin(about, message, level);
  }

  towards(serverId: string): ServerTrace {
    const exchange = this.#exchange;
    const level = exchange.levelOf(serverId);
    exchange.lower(this.#row, level);
    this.#row.start.serverId ??= serverId;
    return new ServerRecord(() => exchange, serverId, exchange.clock.now());
  }

  notified(message: RpcNotification): void {
    this.#exchange.note(message, "to_client", this.#row.start.serverId);
  }

  /** The client says something about it. */
  said(message: RpcNotification): void {
    this.#exchange.note(message, "from_client", this.#row.start.serverId);
  }

  answered({ text, result, outcome, error, httpStatus, client }: SeenAnswer): void {
    const row = this.#row;
    const session = client && sessionOf(client);
    this.#exchange.answered(text === null ? null : { text, result }, session);
    Object.assign(row.start, session);
    this.#exchange.end(row, {
      ...NO_ANSWER,
      outcome,
      durationMs: thousandths(this.#exchange.clock.now() - row.began),
      httpStatus,
      error: error ? ours(error) : errorIn(outcome, text),
      response: text === null ? null : { kind: "text", text },
      ...(session && { session }),
    });
    this.#exchange.over();
  }
}

/** What goes to and fro between the gateway and one server. */
class ServerRecord implements ServerTrace {
  readonly #exchange: () => Exchange;
  readonly #serverId: string;
  /** Since when what is sent first has waited; null where the gateway asks by itself. */
  #since: number | null;
  readonly #of: NonNullable<About["of"]>;

  constructor(exchange: () => Exchange, serverId: string, since: number | null) {
    this.#exchange = exchange;
    this.#serverId = serverId;
    this.#since = since;
    this.#of = since === null ? { client: GATEWAY } : {};
  }

  sent(message: RpcRequest): SentTrace {
    const era = claimedModernVersion(message) === null ? "legacy" : "modern";
    const since = this.#since;
    this.#since = null;
    return this.#begin("upstream", "to_server", message, { ...this.#of, era }, since);
  }

  asked(message: RpcRequest): SentTrace {
    return this.#begin("question", "from_server", message, this.#of, null);
  }

  notified(message: RpcNotification, direction: "from_server" | "to_server"): void {
    this.#exchange().note(message, direction, this.#serverId, this.#of);
  }

  #begin(
    kind: RowStart["kind"],
    direction: RowStart["direction"],
    message: RpcRequest,
    of: About["of"],
    since: number | null,
  ): SentTrace {
    const exchange = this.#exchange();
    const serverId = this.#serverId;
    const level = exchange.levelOf(serverId);
    if (level === "off") return NO_SERVER_TRACE.sent(message);
    const { method, params } = message;
    const about: About = { kind, direction, method, name: nameIn(params), serverId };
    const row = exchange.begin({ ...about, ...(of && { of }) }, message, level);
    return new SentRecord(exchange, row, since === null ? null : thousandths(row.began - since));
  }
}

/** A request to a server, or one of its questions. */
class SentRecord implements SentTrace {
  readonly #exchange: Exchange;
  readonly #row: Row;
  readonly #waitedMs: number | null;
  #head: { httpStatus: number; at: number } | null = null;

  constructor(exchange: Exchange, row: Row, waitedMs: number | null) {
    this.#exchange = exchange;
    this.#row = row;
    this.#waitedMs = waitedMs;
  }

  head(httpStatus: number): void {
    this.#head ??= { httpStatus, at: this.#exchange.clock.now() };
  }

  ended(outcome: RpcResponse | GatewayError): void {
    const { began, start } = this.#row;
    this.#exchange.end(this.#row, {
      ...NO_ANSWER,
      ...whatCame(start.method, outcome),
      durationMs: thousandths(this.#exchange.clock.now() - began),
      waitedMs: this.#waitedMs,
      headMs: this.#head && thousandths(this.#head.at - began),
      httpStatus: this.#head && this.#head.httpStatus,
    });
  }
}

/** Counts what is not recorded of an exchange. */
function droppedRequest(outbox: RecorderOptions["outbox"]): RequestTrace {
  const drop = (): void => outbox.drop(1);
  const sent = (): SentTrace => {
    drop();
    return {
      head: () => {},
      ended: (outcome) => {
        if (!(outcome instanceof GatewayError)) drop();
      },
    };
  };
  drop();
  return {
    towards: () => ({ sent, asked: sent, notified: drop }),
    notified: drop,
    answered: ({ text }) => {
      if (text !== null) drop();
    },
  };
}

function whatCame(
  method: string,
  came: RpcResponse | GatewayError,
): Pick<RowEnd, "outcome" | "error" | "response"> {
  if (came instanceof GatewayError) {
    const isGivenUp = came.code === "request_cancelled";
    const outcome = isGivenUp ? "cancelled" : isOverTime(came) ? "timed_out" : "error";
    return { outcome, error: ours(came), response: null };
  }
  const response = { kind: "message", message: came } as const;
  if (isErrorResponse(came))
    return { outcome: "error", error: errorOf(came.error.code, came.error.message), response };
  const isToolError =
    method === "tools/call" && isObject(came.result) && came.result.isError === true;
  return { outcome: isToolError ? "tool_error" : "ok", error: null, response };
}

const ours = ({ code, message }: GatewayError): RowEnd["error"] => ({
  code,
  message,
  isOurs: true,
});

const errorOf = (code: unknown, message: unknown): RowEnd["error"] => ({
  code: String(code),
  message: String(message),
  isOurs: false,
});

/** What an answer that is a server's own error says. */
function errorIn(outcome: RowEnd["outcome"], text: string | null): RowEnd["error"] {
  if (outcome !== "error" || text === null || text.length > MAX_READ) return null;
  const answer: unknown = JSON.parse(text);
  const error = isObject(answer) && isObject(answer.error) ? answer.error : {};
  return errorOf(error.code, error.message);
}
