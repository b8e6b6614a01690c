import { Agent, request, type ClientRequest, type IncomingMessage } from "node:http";
import { StdioClient } from "../e2e/fixtures/stdio-client.ts";
import { isMessage, isRecord, type Message } from "../e2e/fixtures/json-rpc.ts";
import { enveloped } from "../e2e/fixtures/conformance/modern-client.ts";
import type { Era } from "../e2e/fixtures/conformance/protocol.ts";

/** What every target is measured with: each answer is read whole and parsed once. */
export interface BenchClient {
  initialize(): Promise<void>;
  /** The result; an error answer is thrown. */
  request(method: string, params?: Record<string, unknown>): Promise<unknown>;
  close(): Promise<void>;
}

export interface Endpoint {
  kind: "http" | "wire" | "sse" | "stdio";
  url: string;
  headers?: Record<string, string>;
  /** What the client speaks; legacy where it is not said. */
  era?: Era;
}

export const HANDSHAKE = {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "bench", version: "1.0.0" },
};

export const outcome = (message: Message): unknown => {
  if (message.error) throw new Error(`${message.error.code} ${message.error.message}`);
  return message.result;
};

/** The answer to this request among the messages of an event stream's text. */
const findInEvents = (text: string, id: number): Message | undefined => {
  for (const line of text.split("\n")) {
    if (!line.startsWith("data:") || line.length < 10) continue;
    const message: unknown = JSON.parse(line.slice(5));
    if (isMessage(message) && message.method === undefined && message.id === id) return message;
  }
  return undefined;
};

const readAll = (response: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    response.on("error", reject);
  });

/** Sends one message on a kept-alive connection. */
class Poster {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });

  post(url: string, headers: Record<string, string>, message: Message): Promise<IncomingMessage> {
    const body = Buffer.from(JSON.stringify(message));
    return new Promise((resolve, reject) => {
      const options = {
        method: "POST",
        agent: this.agent,
        headers: { ...headers, "content-type": "application/json", "content-length": body.length },
      };
      request(url, options, resolve).on("error", reject).end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

/** Legacy Streamable HTTP, answers as JSON or as an event stream. */
export class HttpClient implements BenchClient {
  private readonly poster = new Poster();
  private readonly url: string;
  private readonly headers: Record<string, string>;
  private stream: ClientRequest | undefined;
  private nextId = 1;

  constructor({ url, headers }: Endpoint) {
    this.url = url;
    this.headers = { accept: "application/json, text/event-stream", ...headers };
  }

  async initialize(): Promise<void> {
    await this.request("initialize", HANDSHAKE);
    this.headers["mcp-protocol-version"] = HANDSHAKE.protocolVersion;
    const response = await this.poster.post(this.url, this.headers, INITIALIZED);
    await readAll(response);
  }

  async request(method: string, params?: Record<string, unknown>): Promise<unknown> {
    const { id, text, isJson } = await this.ask(method, params);
    const answer: unknown = isJson ? JSON.parse(text) : findInEvents(text, id);
    if (!isMessage(answer)) throw new Error(`no answer in: ${text.slice(0, 200)}`);
    return outcome(answer);
  }

  /** The answer as it came, for what is long to parse; an error answer too. */
  async text(method: string, params?: Record<string, unknown>): Promise<string> {
    return (await this.ask(method, params)).text;
  }

  /** Opens the stream on which a session hears what it did not ask for, and leaves it open. */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = { ...this.headers, accept: "text/event-stream" };
      this.stream = request(this.url, { headers }, (response) => {
        response.resume();
        // That it is closed in the end is no error.
        response.on("error", () => undefined);
        if (response.statusCode === 200) resolve();
        else reject(new Error(`HTTP ${response.statusCode}`));
      });
      this.stream.on("error", reject).end();
    });
  }

  close(): Promise<void> {
    this.stream?.destroy();
    this.poster.close();
    return Promise.resolve();
  }

  private async ask(method: string, params?: Record<string, unknown>) {
    const id = this.nextId++;
    const message: Message = { jsonrpc: "2.0", id, method, params };
    const response = await this.poster.post(this.url, this.headers, message);
    const text = await readAll(response);
    if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}: ${text}`);
    const session = response.headers["mcp-session-id"];
    if (typeof session === "string") this.headers["mcp-session-id"] = session;
    const isJson = response.headers["content-type"]?.startsWith("application/json") ?? false;
    return { id, text, isJson };
  }
}

export const INITIALIZED: Message = { jsonrpc: "2.0", method: "notifications/initialized" };

interface Waiting {
  resolve: (message: Message) => void;
  reject: (error: Error) => void;
}

/** Legacy HTTP with SSE: answers come on the one stream that GET opened. */
export class SseClient implements BenchClient {
  private readonly poster = new Poster();
  private readonly waiting = new Map<number, Waiting>();
  private readonly endpoint: Endpoint;
  private stream: ClientRequest | undefined;
  private postUrl = "";
  private nextId = 1;

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
  }

  async initialize(): Promise<void> {
    await this.open();
    await this.request("initialize", HANDSHAKE);
    await this.post(INITIALIZED);
  }

  async request(method: string, params?: Record<string, unknown>): Promise<unknown> {
    const id = this.nextId++;
    const answer = new Promise<Message>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
    });
    await Promise.race([this.post({ jsonrpc: "2.0", id, method, params }), answer]);
    return outcome(await answer);
  }

  close(): Promise<void> {
    this.stream?.destroy();
    this.poster.close();
    return Promise.resolve();
  }

  private async post(message: Message): Promise<void> {
    const response = await this.poster.post(this.postUrl, this.endpoint.headers ?? {}, message);
    const text = await readAll(response);
    if ((response.statusCode ?? 0) >= 300) throw new Error(`HTTP ${response.statusCode}: ${text}`);
  }

  /** Opens the stream and waits for the event that names the address to post to. */
  private open(): Promise<void> {
    const { url, headers } = this.endpoint;
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        reject(error);
        for (const { reject: refuse } of this.waiting.values()) refuse(error);
        this.waiting.clear();
      };
      const onResponse = (response: IncomingMessage) => {
        if (response.statusCode !== 200) fail(new Error(`HTTP ${response.statusCode}`));
        let rest = "";
        response.on("data", (chunk: Buffer) => {
          const events = (rest + chunk.toString("utf8")).split("\n\n");
          rest = events.pop() ?? "";
          for (const event of events) this.take(event, resolve);
        });
        response.on("error", fail);
        response.on("close", () => fail(new Error("the stream ended")));
      };
      const options = { headers: { accept: "text/event-stream", ...headers } };
      this.stream = request(url, options, onResponse).on("error", fail).end();
    });
  }

  private take(event: string, opened: () => void): void {
    const data = /^data: ?(.*)$/m.exec(event)?.[1];
    if (!data) return;
    if (/^event: ?endpoint$/m.test(event)) {
      this.postUrl = new URL(data, this.endpoint.url).href;
      opened();
      return;
    }
    const message: unknown = JSON.parse(data);
    if (!isMessage(message) || message.method !== undefined) return;
    this.waiting.get(Number(message.id))?.resolve(message);
    this.waiting.delete(Number(message.id));
  }
}

/** A stdio server that this process starts and talks to without anything between. */
export class StdioBench implements BenchClient {
  private readonly client: StdioClient;
  private readonly era: Era;

  constructor(command: string, args: string[], era: Era = "legacy") {
    this.client = new StdioClient({ command, args });
    this.era = era;
  }

  async initialize(): Promise<void> {
    if (this.era === "modern") await this.request("server/discover");
    else await this.client.initialize();
  }

  request(method: string, params?: Record<string, unknown>): Promise<unknown> {
    return this.client.request(method, this.era === "modern" ? enveloped(params, {}) : params);
  }

  async close(): Promise<void> {
    await this.client.close();
  }
}

/** The exposed name of the tool `echo`, which an aggregator may have prefixed. */
export const findEcho = async (client: BenchClient): Promise<string> => {
  const result = await client.request("tools/list");
  const tools = isRecord(result) && Array.isArray(result.tools) ? result.tools : [];
  for (const tool of tools) {
    if (isRecord(tool) && typeof tool.name === "string" && /(^|_)echo$/.test(tool.name)) {
      return tool.name;
    }
  }
  throw new Error("no tool echo is listed yet");
};
