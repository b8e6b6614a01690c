import { GatewayError } from "@local-mcp/contract";
import type { Downstream } from "../endpoint/downstream.ts";
import { isObject, type JsonObject, type RequestId } from "../jsonrpc.ts";
import { isExact, type Ledger, type LedgerCall, ownerOf, wordsIn } from "./ledger.fixture.ts";
import { memoryRequest, MemoryResponse } from "./memory-http.fixture.ts";
import type { Routes } from "./routes.ts";
import type { Later } from "./scripted-server.fixture.ts";

/** Ids and progress tokens that a client uses; all clients use the same. */
export type Numbering = "number" | "text" | "both";

export interface ClientOptions {
  name: string;
  capabilities: JsonObject;
  numbering: Numbering;
  /** Whether it reads a stream for what belongs to no request, or wants to hear logs. */
  listens: boolean;
  ledger: Ledger;
  later: Later;
  downstream: Downstream;
  routes: Routes;
  /** The name that clients know a server's tool by. */
  toolOf(server: string): string;
}

/** One response, and whose request it answers. */
export interface Heard {
  /** Null where it answers no call. */
  call: LedgerCall | null;
  onMessage?: (message: JsonObject) => void;
  onEnd?: (lastEventId: string | null) => void;
}

/** What both eras of clients do alike: send, and look at all that they are told. */
export abstract class ScriptedClient {
  protected readonly options: ClientOptions;
  readonly #open = new Set<MemoryResponse>();
  #sent = 0;

  constructor(options: ClientOptions) {
    this.options = options;
  }

  get name(): string {
    return this.options.name;
  }

  /** Requests that have not been answered, as they should have been. */
  get unanswered(): string[] {
    return [...this.#open].map(() => `${this.name} still waits`);
  }

  abstract begin(): void;
  abstract call(call: LedgerCall, server: string): void;
  abstract leave(): void;

  /** Goes away from everything that is open. */
  protected hangUp(): void {
    for (const response of this.#open) response.destroy();
  }

  protected nextId(): RequestId {
    this.#sent += 1;
    const { numbering } = this.options;
    if (numbering === "number") return this.#sent;
    if (numbering === "text") return String(this.#sent);
    // 1, "1", 2, "2": which are four ids.
    const half = Math.ceil(this.#sent / 2);
    return this.#sent % 2 === 0 ? String(half) : half;
  }

  protected send(
    method: string,
    headers: Record<string, string>,
    body: unknown,
    { call, onMessage, onEnd }: Heard,
  ): MemoryResponse {
    const { downstream, routes, name } = this.options;
    const accept = "application/json, text/event-stream";
    const request = memoryRequest(method, { accept, ...headers });
    const response = new MemoryResponse(request, {
      onMessage: (message) => {
        this.#look(message, call);
        onMessage?.(message);
      },
      onEnd: (lastEventId) => {
        this.#open.delete(response);
        onEnd?.(lastEventId);
      },
    });
    this.#open.add(response);
    const incoming = { request, response, body, profileId: "p", tokenId: name, routes };
    downstream.serve(incoming).catch((error: unknown) => {
      const told = error instanceof GatewayError ? error.code : String(error);
      this.options.ledger.fault(`${name} was refused: ${told}`);
      response.destroy();
    });
    return response;
  }

  /** Nobody hears of another's calls, and on a stream of one call of no other. */
  #look(message: JsonObject, call: LedgerCall | null): void {
    const { ledger } = this.options;
    for (const word of wordsIn(message)) {
      const heard = ledger.calls.get(word);
      if (ownerOf(word) !== this.name) ledger.fault(`${this.name} heard of ${word}`, message);
      else if (heard && call && heard !== call && isExact(heard.kind)) {
        ledger.fault(`${word} was told in the answer to ${call.word}`, message);
      }
    }
    if (message.method === "notifications/message") ledger.count("logs");
  }

  /** The last word on a call, which is to be the server's where nothing came between. */
  protected conclude(call: LedgerCall, message: JsonObject): void {
    const { ledger } = this.options;
    if (call.isAnswered) ledger.fault(`${call.word} was answered twice`, message);
    call.isAnswered = true;
    ledger.count("answered");
    const isOwn = wordsIn(message).includes(call.word);
    if (isOwn) ledger.count("answered by the server");
    else if (!this.mayFail(call)) ledger.fault(`${call.word} came to nothing`, message);
  }

  /** Whether the gateway may have had to answer in the server's place. */
  protected abstract mayFail(call: LedgerCall): boolean;

  /** Progress is of the call whose token it has, and comes while the call is open. */
  protected checkProgress({ params }: JsonObject, call: LedgerCall, token: RequestId): void {
    const { ledger } = this.options;
    if (!isObject(params)) return;
    ledger.count("progress");
    const isRight = params.progressToken === token && params.message === call.word;
    if (!isRight || call.isAnswered) ledger.fault(`${call.word} heard of progress`, params);
  }

  /** The answer to any question, marked so that the server sees whose it is. */
  protected answer(to: unknown, action: string): JsonObject {
    const content = { type: "text", text: "" };
    return { by: this.name, to, action, role: "assistant", model: "m", content, roots: [] };
  }

  /** Gives a call up once so many other things have happened. */
  protected giveUpLater({ word, plan: { givenUpAfter: left } }: LedgerCall, act: () => void): void {
    const wait = (left: number): void =>
      this.options.later(`${word} is given up in ${left}`, () =>
        left > 0 ? wait(left - 1) : act(),
      );
    if (left !== null) wait(left);
  }
}
