import { GatewayError } from "@local-mcp/contract";
import type { Exchange } from "./definitions.ts";
import { isErrorResponse, type RpcMessage, type RpcRequest, type RpcResponse } from "./jsonrpc.ts";
import type {
  RequestTrace,
  SeenAnswer,
  SeenClient,
  SeenRequest,
  SentTrace,
  ServerTrace,
  TrafficSink,
} from "./trace.ts";

/** What a sink was told of one request of a client. */
export interface Recorded {
  seen: SeenRequest;
  answers: SeenAnswer[];
  /** Messages to and from servers, and to the client, on account of it. */
  messages: RpcMessage[];
}

/**
 * A sink that writes down all that it is told, in order, a line each. A line begins with the number
 * of the client's request that it is on account of, `-` for none.
 */
export class RecordingSink implements TrafficSink {
  readonly lines: string[] = [];
  readonly requests: Recorded[] = [];
  readonly exchanges: Exchange[] = [];
  /** What was sent and asked, with how it ended. */
  readonly #sent: { line: string; outcomes: string[] }[] = [];
  readonly #numbers = new Map<RequestTrace, number>();

  onExchange(exchange: Exchange): void {
    this.exchanges.push(exchange);
  }

  onRequest(seen: SeenRequest): RequestTrace {
    const recorded: Recorded = { seen, answers: [], messages: [] };
    const number = this.requests.push(recorded);
    this.#note(number, from(seen), seen.method, seen.name, seen.serverId && `of ${seen.serverId}`);
    const trace: RequestTrace = {
      towards: (serverId) => {
        this.#note(number, "towards", serverId);
        return this.#server(number, serverId);
      },
      notified: (message) => {
        recorded.messages.push(message);
        this.#note(number, "client hears", message.method);
      },
      answered: (answer) => {
        recorded.answers.push(answer);
        const { outcome, error, httpStatus, client } = answer;
        this.#note(number, "answered", outcome, error?.code, httpStatus, client && nameOf(client));
      },
    };
    this.#numbers.set(trace, number);
    return trace;
  }

  onClientNotification(
    client: SeenClient,
    { method }: { method: string },
    about: RequestTrace | undefined,
  ): void {
    this.#note(about && this.#numbers.get(about), from(client), "says", method);
  }

  onNotified(to: SeenClient, { method }: { method: string }): void {
    this.#note(undefined, from(to), "hears", method);
  }

  ofServer(serverId: string): ServerTrace {
    return this.#server(undefined, serverId);
  }

  /** What was not told exactly once that should have been. */
  faults(): string[] {
    return [
      ...this.requests
        .filter(({ answers }) => answers.length !== 1)
        .map(({ seen, answers }) => `${seen.method} was answered ${answers.length} times`),
      ...this.#sent
        .filter(({ outcomes }) => outcomes.length !== 1)
        .map(({ line, outcomes }) => `“${line}” ended ${outcomes.length} times`),
    ];
  }

  #server(number: number | undefined, serverId: string): ServerTrace {
    const messages = number === undefined ? [] : (this.requests[number - 1]?.messages ?? []);
    const begun = (what: string, message: RpcRequest): SentTrace => {
      const { method } = message;
      messages.push(message);
      const line = this.#note(number, serverId, what, method);
      const outcomes: string[] = [];
      this.#sent.push({ line, outcomes });
      return {
        head: (httpStatus) => this.#note(number, serverId, what, method, "head", httpStatus),
        ended: (outcome) => {
          outcomes.push(wordOf(outcome));
          if (!(outcome instanceof GatewayError)) messages.push(outcome);
          this.#note(number, serverId, what, method, "ended", wordOf(outcome));
        },
      };
    };
    return {
      sent: (message) => begun("sent", message),
      asked: (message) => begun("asked", message),
      notified: (message, direction) => {
        messages.push(message);
        this.#note(number, serverId, direction, message.method);
      },
    };
  }

  #note(number: number | undefined, ...words: (string | number | null | undefined)[]): string {
    const said = words.filter((word) => word !== null && word !== undefined);
    const line = [number ?? "-", ...said].join(" ");
    this.lines.push(line);
    return line;
  }
}

const from = ({ client }: SeenClient): string => (client ? nameOf(client) : "nobody");

const nameOf = ({ info, sessionId }: { info: object; sessionId: string }): string =>
  "name" in info ? String(info.name) : `session ${sessionId}`;

function wordOf(outcome: RpcResponse | GatewayError): string {
  if (outcome instanceof GatewayError) return outcome.code;
  if (isErrorResponse(outcome)) return String(outcome.error.code);
  const { isError, action, resultType } = outcome.result;
  if (isError === true) return "isError";
  return [action, resultType].find((word) => typeof word === "string") ?? "ok";
}
