import { pause } from "./child.ts";
import { HANDSHAKE } from "./client.ts";
import { chance, prose, wordOfCall } from "./logs-words.ts";
import { type Answer, Connection } from "./wire.ts";

/** What became of calls that were sent at a rate. */
export interface Loaded {
  calls: number;
  failed: number;
  /** From when a call was due to its answer, ms. */
  times: number[];
  /** When each of them was answered, by its number; of the clock that `performance.now` tells. */
  answeredAt: Map<number, number>;
  /** How long it took, ms. */
  took: number;
  /** Calls that waited for a connection since all of them were busy. */
  late: number;
}

const CONNECTIONS = 48;
/** Characters of what a call says, so that its messages are about 1 KB. */
const SAID = 880;
/** A client of a profile that calls its tool `echo` over and over. */
export class Load {
  readonly #connections: Connection[] = [];
  readonly #free: Connection[] = [];
  readonly #waiting: ((connection: Connection) => void)[] = [];
  readonly #random = chance(1);
  readonly #path: string;
  readonly #port: number;
  #session = "";
  #id = 0;
  #call: number;

  private constructor(url: string, path: string, first: number) {
    this.#path = path;
    this.#call = first;
    this.#port = Number(new URL(url).port);
    for (let count = 0; count < CONNECTIONS; count += 1) this.#free.push(this.#connect());
  }

  /** @param first number of the first call */
  static async open(url: string, path: string, first = 0): Promise<Load> {
    const load = new Load(url, path, first);
    const answer = await load.#ask({ id: 0, method: "initialize", params: HANDSHAKE });
    const session = /^mcp-session-id: (\S+)$/im.exec(answer?.head ?? "")?.[1];
    load.#session = `mcp-protocol-version: ${HANDSHAKE.protocolVersion}\r\n`;
    if (session !== undefined) load.#session += `mcp-session-id: ${session}\r\n`;
    await load.#ask({ method: "notifications/initialized" });
    // A server that was never listed has no tools while it starts.
    while (!(await load.#isOffered())) await pause(20);
    return load;
  }

  /** The number of the next call, which says `wordOfCall` of it. */
  get nextCall(): number {
    return this.#call;
  }

  /**
   * Each call goes out when it is due, whether others have been answered or not.
   *
   * @param over ends it before its time
   */
  async run(perSecond: number, seconds: number, over?: AbortSignal): Promise<Loaded> {
    const total = Math.round(perSecond * seconds);
    const loaded: Loaded = {
      calls: 0,
      failed: 0,
      times: [],
      answeredAt: new Map(),
      took: 0,
      late: 0,
    };
    const began = performance.now();
    const under: Promise<void>[] = [];
    let sent = 0;
    while (sent < total) {
      if (over?.aborted) break;
      const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * perSecond) + 1);
      for (; sent < due; sent += 1) {
        if (this.#free.length === 0) loaded.late += 1;
        under.push(this.#timedCall(loaded));
        loaded.calls += 1;
      }
      await pause(1);
    }
    await Promise.all(under);
    loaded.took = performance.now() - began;
    return loaded;
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  async #timedCall(loaded: Loaded): Promise<void> {
    const began = performance.now();
    const call = this.#call;
    this.#call += 1;
    const word = wordOfCall(call);
    const message = `${word} ${prose(SAID, this.#random)}`;
    const answer = await this.#ask({
      id: (this.#id += 1),
      method: "tools/call",
      params: { name: "echo", arguments: { message } },
    });
    const isOk = answer?.head.startsWith("HTTP/1.1 200") && answer.body.includes(`Echo: ${word}`);
    if (!isOk) {
      if (loaded.failed === 0 && answer) console.error(answer.head, answer.body.slice(0, 500));
      loaded.failed += 1;
      return;
    }
    const at = performance.now();
    loaded.times.push(at - began);
    loaded.answeredAt.set(call, at);
  }

  async #ask(message: object): Promise<Answer | null> {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    const head = `POST ${this.#path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\n${this.#session}content-length: ${body.length}\r\n\r\n`;
    const kept = this.#free.pop() ?? (await this.#next());
    const connection = kept.isOver ? this.#connect() : kept;
    const answer = await connection.send(head + body);
    const waiting = this.#waiting.shift();
    if (waiting) waiting(connection);
    else this.#free.push(connection);
    return answer;
  }

  async #isOffered(): Promise<boolean> {
    const listed = await this.#ask({ id: (this.#id += 1), method: "tools/list" });
    return listed?.body.includes('"echo"') ?? false;
  }

  #connect(): Connection {
    const connection = new Connection(this.#port);
    this.#connections.push(connection);
    return connection;
  }

  #next(): Promise<Connection> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
