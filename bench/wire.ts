import { connect as openSocket, type Socket } from "node:net";
import { enveloped } from "../e2e/fixtures/conformance/modern-client.ts";
import { type Era, MODERN_VERSION } from "../e2e/fixtures/conformance/protocol.ts";
import { isMessage, type Message } from "../e2e/fixtures/json-rpc.ts";
import { type BenchClient, type Endpoint, HANDSHAKE, INITIALIZED, outcome } from "./client.ts";

const HEAD_END = "\r\n\r\n";
const LAST_CHUNK = "0\r\n\r\n";

export interface Answer {
  head: string;
  body: string;
}

/** One kept connection with one request at a time: less work than the HTTP client of Node. */
export class Connection {
  readonly #socket: Socket;
  #text = "";
  #answered: ((answer: Answer) => void) | null = null;
  #failed: (() => void) | null = null;

  constructor(port: number) {
    this.#socket = openSocket(port, "127.0.0.1").setNoDelay(true).setEncoding("latin1");
    this.#socket.on("data", (chunk: string) => this.#read(chunk));
    // What follows tells of it.
    this.#socket.on("error", () => undefined);
    this.#socket.on("close", () => this.#failed?.());
  }

  /** @returns null where the connection ended before there was an answer */
  send(request: string): Promise<Answer | null> {
    return new Promise((resolve) => {
      if (this.#socket.destroyed) return resolve(null);
      this.#answered = resolve;
      this.#failed = () => resolve(null);
      this.#socket.write(request);
    });
  }

  /** Whether the other end has let go of it, as it does with one that was not used for long. */
  get isOver(): boolean {
    return this.#socket.destroyed;
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: string): void {
    this.#text += chunk;
    const headEnd = this.#text.indexOf(HEAD_END);
    if (headEnd === -1) return;
    const head = this.#text.slice(0, headEnd);
    const body = this.#text.slice(headEnd + HEAD_END.length);
    const length = /^content-length: (\d+)$/im.exec(head)?.[1];
    if (length === undefined ? !body.endsWith(LAST_CHUNK) : body.length < Number(length)) return;
    this.#text = "";
    this.#answered?.({ head, body });
  }
}

/**
 * A client of either era that takes as little of the machine as it can, so that what is measured is
 * what it asks. For small answers in JSON and ASCII.
 */
export class WireClient implements BenchClient {
  readonly #free: Connection[] = [];
  readonly #all: Connection[] = [];
  readonly #url: URL;
  readonly #era: Era;
  #headers: string;
  #nextId = 1;

  constructor({ url, headers = {}, era = "legacy" }: Endpoint) {
    this.#url = new URL(url);
    this.#era = era;
    const own = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#headers = `${own.join("")}content-type: application/json\r\naccept: application/json, text/event-stream\r\n`;
    if (era === "modern") this.#say("mcp-protocol-version", MODERN_VERSION);
  }

  async initialize(): Promise<void> {
    if (this.#era === "modern") {
      await this.request("server/discover");
      return;
    }
    await this.request("initialize", HANDSHAKE);
    this.#say("mcp-protocol-version", HANDSHAKE.protocolVersion);
    await this.#send(INITIALIZED, "");
  }

  async request(method: string, params?: Record<string, unknown>): Promise<unknown> {
    const message: Message = { jsonrpc: "2.0", id: this.#nextId++, method, params };
    const { head, body } =
      this.#era === "legacy"
        ? await this.#send(message, "")
        : await this.#send({ ...message, params: enveloped(params, {}) }, routing(method, params));
    if (!head.startsWith("HTTP/1.1 200 ")) throw new Error(`${head}\n${body}`);
    if (method === "initialize") {
      const session = /^mcp-session-id: (\S+)$/im.exec(head)?.[1];
      if (session !== undefined) this.#say("mcp-session-id", session);
    }
    const answer: unknown = JSON.parse(body);
    if (!isMessage(answer) || answer.id !== message.id) {
      throw new Error(`no answer in: ${body.slice(0, 200)}`);
    }
    return outcome(answer);
  }

  close(): Promise<void> {
    for (const connection of this.#all) connection.close();
    return Promise.resolve();
  }

  #say(name: string, value: string): void {
    this.#headers += `${name}: ${value}\r\n`;
  }

  async #send(message: Message, headers: string): Promise<Answer> {
    const body = JSON.stringify(message);
    const head = `POST ${this.#url.pathname} HTTP/1.1\r\nhost: ${this.#url.host}\r\n${this.#headers}${headers}content-length: ${body.length}\r\n\r\n`;
    const kept = this.#free.pop();
    const connection = kept && !kept.isOver ? kept : this.#connect();
    const answer = await connection.send(head + body);
    if (!answer) throw new Error("the connection ended before there was an answer");
    this.#free.push(connection);
    return answer;
  }

  #connect(): Connection {
    const connection = new Connection(Number(this.#url.port));
    this.#all.push(connection);
    return connection;
  }
}

/** What a modern request repeats of its body, for who routes it without reading that. */
const routing = (method: string, params?: Record<string, unknown>): string =>
  `mcp-method: ${method}\r\n${typeof params?.name === "string" ? `mcp-name: ${params.name}\r\n` : ""}`;
