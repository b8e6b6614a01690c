import type { Launch, ServerDefinition } from "../definitions.ts";
import {
  type Classified,
  classify,
  errorOf,
  isObject,
  type JsonObject,
  type RequestId,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
  resultOf,
} from "../jsonrpc.ts";
import { META } from "../protocol.ts";
import { cancelled } from "../upstream/cancelled.ts";
import { UpstreamFailure } from "../upstream/failure.ts";
import type { Transport, TransportEvents } from "../upstream/transport.ts";
import {
  isExact,
  isModernKind,
  type Ledger,
  ownerOf,
  QUESTIONS,
  type ServerKind,
} from "./ledger.fixture.ts";

/** Does something later, in the order that is being tried. */
export type Later = (label: string, act: () => void) => void;

export const TOOL = { name: "work", inputSchema: { type: "object" } };

/** A server that does what its calls tell it to, in the order that is being tried. */
export class ScriptedServer {
  readonly name: string;
  readonly kind: ServerKind;
  readonly ledger: Ledger;
  readonly later: Later;
  readonly connections: ScriptedConnection[] = [];
  /** States given out and not yet come back; modern servers have some. */
  readonly states = new Set<string>();

  constructor(name: string, kind: ServerKind, { ledger, later }: { ledger: Ledger; later: Later }) {
    this.name = name;
    this.kind = kind;
    this.ledger = ledger;
    this.later = later;
  }

  get definition(): ServerDefinition {
    return {
      id: this.name,
      name: this.name,
      title: this.name,
      transport: this.launch.transport,
      enabled: true,
      confirmed: true,
      configHash: "same",
      startTimeoutMs: 60_000,
      callTimeoutMs: CALL_LIMIT_MS,
      maxConcurrentCalls: 64,
      idleStopMs: 0,
      connections: this.kind === "own" ? "per_client" : "shared",
      holdsChangedTools: false,
    };
  }

  get launch(): Launch {
    if (isExact(this.kind)) {
      const route = { proxy: null, certificates: [] };
      return { transport: "http", url: "http://localhost/", headers: {}, route };
    }
    return { transport: "stdio", command: "none", args: [], cwd: null, env: {}, pathName: "" };
  }

  connect(): Transport {
    const connection = new ScriptedConnection(this);
    this.connections.push(connection);
    return connection;
  }
}

export const CALL_LIMIT_MS = 60 * 60_000;

/** A call as the server has it. */
interface Work {
  id: RequestId;
  word: string;
  params: JsonObject;
  isOver: boolean;
  /** The server has read that nobody waits for it. */
  isToldOff: boolean;
  /** The gateway has let go of it; the server need not know yet. */
  isCancelled: boolean;
}

/** A question of the server. */
interface Asked {
  word: string;
  /** The call that it belongs to; null for none. */
  of: RequestId | null;
  /** Nobody need answer it any more, though somebody may have. */
  isWithdrawn: boolean;
  resolve: (answer: RpcResponse | null) => void;
}

/** One connection to a {@link ScriptedServer}; the other end of it is the gateway. */
class ScriptedConnection implements Transport {
  readonly #server: ScriptedServer;
  readonly #works = new Map<RequestId, Work>();
  readonly #asked = new Map<RequestId, Asked>();
  /** What has been sent and is not read yet; one channel is read in order. */
  readonly #inbox: RpcMessage[] = [];
  #events: TransportEvents | null = null;
  #nextQuestion = 0;
  /** Whose connection it is, as the handshake says. */
  #owner = "";
  isClosed = false;

  constructor(server: ScriptedServer) {
    this.#server = server;
  }

  /** What has not come to an end though it should have. */
  leftovers(): string[] {
    if (this.isClosed) return [];
    const works = [...this.#works.values()].filter((work) => !work.isOver && !work.isToldOff);
    const asked = [...this.#asked.values()].filter((question) => !question.isWithdrawn);
    return [
      ...works.map(({ word }) => `${this.#server.name} still works on ${word}`),
      ...asked.map(({ word }) => `${this.#server.name} waits for ${word}`),
    ];
  }

  async open(events: TransportEvents): Promise<void> {
    this.#events = events;
  }

  send(message: RpcMessage): void {
    this.#note(classify(message));
    if (isExact(this.#server.kind)) {
      this.#server.later(`${this.#server.name} reads`, () => this.#read(message));
      return;
    }
    this.#inbox.push(message);
    this.#server.later(`${this.#server.name} reads`, () => {
      const next = this.#inbox.shift();
      if (next) this.#read(next);
    });
  }

  /** A call counts from when it was sent, since its cancellation may be read before it. */
  #note(classified: Classified): void {
    if (classified.kind !== "request" || classified.message.method !== "tools/call") return;
    const { id, params = {} } = classified.message;
    const word = isObject(params.arguments) ? String(params.arguments.word) : "";
    this.#works.set(id, { id, word, params, isOver: false, isToldOff: false, isCancelled: false });
  }

  handshakeDone(): void {}

  cancel(id: RequestId, reason: string, isOpening: boolean): RpcNotification | null {
    const { ledger, later, name, kind } = this.#server;
    const work = this.#works.get(id);
    if (work) {
      work.isCancelled = true;
      ledger.count("cancelled at the server");
      if (work.isOver) ledger.fault(`${name}: ${work.word} was cancelled after its answer`);
      if (!ledger.call(work.word).isGivenUp) ledger.fault(`${name}: nobody gave ${work.word} up`);
    }
    if (isOpening) return null;
    const told = cancelled(id, reason);
    if (isExact(kind)) later(`${name} reads a cancellation`, () => this.#onCancelled(id));
    else this.send(told);
    return told;
  }

  output(): string[] {
    return [];
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    const stopped = new UpstreamFailure("exited", "It was stopped.", { retry: "never" });
    this.#events?.onClosed(stopped);
  }

  #read(message: RpcMessage): void {
    if (this.isClosed) return;
    const classified = classify(message);
    if (classified.kind === "request") this.#onRequest(classified.message);
    if (classified.kind === "response") this.#onAnswer(classified.message);
    if (classified.kind !== "notification") return;
    const { method, params } = classified.message;
    const id = params?.requestId;
    if (method === "notifications/cancelled" && typeof id === "number") this.#onCancelled(id);
  }

  #onCancelled(id: RequestId): void {
    const work = this.#works.get(id);
    if (work && !this.#goesOn(work)) work.isOver = true;
    if (work) work.isToldOff = true;
    for (const asked of this.#asked.values()) if (asked.of === id) withdraw(asked);
  }

  /** What goes on still asks, but says nothing: that could be taken for another call's. */
  #goesOn({ word }: Work): boolean {
    const { kind, ledger } = this.#server;
    return ledger.call(word).plan.goesOn && !isExact(kind) && !isModernKind(kind);
  }

  #onAnswer(response: RpcResponse): void {
    const { ledger, name } = this.#server;
    const asked = response.id === null ? undefined : this.#asked.get(response.id);
    if (response.id === null || !asked) {
      ledger.fault(`${name} was answered what it does not ask`, response);
      return;
    }
    this.#asked.delete(response.id);
    asked.resolve(response);
  }

  #onRequest(request: RpcRequest): void {
    const { id, method, params = {} } = request;
    if (method === "tools/call") {
      this.#onCall(id);
      return;
    }
    const { clientInfo } = params;
    if (isObject(clientInfo)) this.#owner = String(clientInfo.name);
    const capabilities = { tools: {} };
    const serverInfo = { name: this.#server.name, version: "1" };
    const results: Record<string, JsonObject> = {
      initialize: { protocolVersion: "2025-11-25", capabilities, serverInfo },
      "server/discover": { supportedVersions: ["2026-07-28"], capabilities },
      "tools/list": { tools: [TOOL] },
    };
    const result = results[method];
    this.#tell(result ? resultOf(id, result) : errorOf(id, -32601, method), id);
  }

  #onCall(id: RequestId): void {
    const work = this.#works.get(id);
    if (!work || work.isOver) return;
    const run = isModernKind(this.#server.kind) ? this.#runModern(work) : this.#runLegacy(work);
    void run.catch((error: unknown) => this.#server.ledger.fault(String(error)));
  }

  async #runLegacy(work: Work): Promise<void> {
    const { plan } = this.#server.ledger.call(work.word);
    const answers: unknown[] = [];
    for (const step of plan.steps) {
      if (await this.#isOver(work)) return;
      if (step === "pause" && isExact(this.#server.kind)) this.#events?.onPaused(work.id, 0);
      else if (QUESTIONS[step]) answers.push(await this.#ask(step, work.word, work.id));
      else this.#say(step, work);
    }
    if (!(await this.#isOver(work))) this.#finish(work, answers);
    if (this.#server.kind !== "own" || plan.steps.length % 2 === 0) return;
    // After the answer: a question that is of the connection, and of no request.
    await this.#turn();
    if (!this.isClosed) await this.#ask("roots", `${this.#owner}#0`, null);
  }

  /** Works up to the first question, which is part of the result; what comes back goes on there. */
  async #runModern(work: Work): Promise<void> {
    const { ledger, states } = this.#server;
    const { plan, era } = ledger.call(work.word);
    const { requestState, inputResponses } = work.params;
    let next = 0;
    const answers: unknown[] = [];
    if (typeof requestState === "string") {
      const isKnown = states.delete(requestState);
      const [word, step] = requestState.split("|");
      next = Number(step) + 1;
      if (word !== work.word) ledger.fault(`${work.word} came with the state of ${word}`);
      if (!isKnown && era === "legacy") ledger.fault(`${work.word} came twice with one state`);
      if (!isKnown) {
        this.#end(work, errorOf(work.id, -32602, "That state is used up."));
        return;
      }
      const answer = isObject(inputResponses) ? inputResponses.it : undefined;
      answers.push(this.#checked({ result: answer }, work.word));
    }
    for (const [index, step] of plan.steps.entries()) {
      if (index < next) continue;
      if (await this.#isOver(work)) return;
      const question = QUESTIONS[step];
      if (!question) this.#say(step, work);
      else {
        const state = `${work.word}|${index}`;
        states.add(state);
        const { method } = question;
        const inputRequests = { it: { method, params: { message: work.word } } };
        const result = { resultType: "input_required", inputRequests, requestState: state };
        this.#end(work, resultOf(work.id, result));
        return;
      }
    }
    if (!(await this.#isOver(work))) this.#finish(work, answers);
  }

  #finish(work: Work, answers: unknown[]): void {
    const { word, id } = work;
    const { end } = this.#server.ledger.call(word).plan;
    if (end === "never") return;
    if (end === "error") this.#end(work, errorOf(id, -31_000, `${word} failed`, { word }));
    else {
      const content = [{ type: "text", text: word }];
      this.#end(work, resultOf(id, { content, structuredContent: { word, answers } }));
    }
  }

  #end(work: Work, response: RpcResponse): void {
    work.isOver = true;
    this.#tell(response, work.id);
  }

  #say(step: string, { id, word, isToldOff, params: { _meta: meta } }: Work): void {
    if (!isObject(meta) || isToldOff) return;
    if (step === "progress") {
      const { progressToken } = meta;
      const params = { progressToken, progress: 1, message: word };
      this.#tell({ jsonrpc: "2.0", method: "notifications/progress", params }, id);
    }
    const wantsLog = !isModernKind(this.#server.kind) || META.logLevel in meta;
    if (step !== "log" || !wantsLog) return;
    const params = { level: "info", data: { word } };
    this.#tell({ jsonrpc: "2.0", method: "notifications/message", params }, id);
  }

  /** `id` is the request it belongs to, null for none. */
  async #ask(step: string, word: string, id: RequestId | null): Promise<unknown> {
    const question = this.#nextQuestion;
    this.#nextQuestion += 1;
    const { ledger, name, later } = this.#server;
    const method = QUESTIONS[step]?.method ?? step;
    ledger.count("questions");
    const answered = new Promise<RpcResponse | null>((resolve) => {
      const asked = { word, of: id, isWithdrawn: false, resolve };
      this.#asked.set(question, asked);
      if (step !== "withdraw") return;
      later(`${name} takes a question back`, () => {
        if (!this.#asked.has(question) || asked.isWithdrawn) return;
        withdraw(asked);
        const params = { requestId: question };
        this.#tell({ jsonrpc: "2.0", method: "notifications/cancelled", params }, id);
      });
    });
    this.#tell({ jsonrpc: "2.0", id: question, method, params: { message: word } }, id);
    const answer = await answered;
    return answer && this.#checked(answer, word);
  }

  /** An answer, once it is known to be that of the one who was asked. */
  #checked(answer: JsonObject, word: string): unknown {
    const { ledger, name } = this.#server;
    if (answer.result === undefined) return "refused";
    ledger.count("questions answered");
    const said = isObject(answer.result) ? answer.result : {};
    if (said.by !== ownerOf(word) || said.to !== word) {
      ledger.fault(`${name} asked on account of ${word} and was answered`, said);
    }
    return said.action;
  }

  /** Lets something else happen. @returns whether nothing more is to be done for this call */
  async #isOver(work: Work): Promise<boolean> {
    await this.#turn();
    return work.isOver || this.isClosed;
  }

  #turn(): Promise<void> {
    const { later, name } = this.#server;
    return new Promise((resolve) => later(`${name} works`, resolve));
  }

  /** `of` is the request of the gateway that it belongs to, where it belongs to one. */
  #tell(message: RpcMessage, of: RequestId | null): void {
    if (this.isClosed) return;
    if (!isExact(this.#server.kind)) this.#events?.onMessage(message, undefined);
    // The stream of a request that was cancelled is not read any more.
    else if (of === null || this.#works.get(of)?.isCancelled !== true) {
      this.#events?.onMessage(message, of);
    }
  }
}

function withdraw(asked: Asked): void {
  asked.isWithdrawn = true;
  asked.resolve(null);
}
