import { PassThrough } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { z } from "zod";
import { type BridgeOptions, runBridge } from "./bridge.ts";
import { TestEndpoint } from "./test-endpoint.ts";

const line = z.looseObject({
  id: z.union([z.string(), z.number()]).nullable().optional(),
  method: z.string().optional(),
  result: z.looseObject({}).optional(),
  error: z.looseObject({ code: z.number(), message: z.string() }).optional(),
});
export type Line = z.infer<typeof line>;

/** Waits only for the bridge to stop: the time a test gives it never runs out. */
const forever = (_milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(new Error("stopped"));
    signal.addEventListener("abort", () => reject(new Error("stopped")));
  });

/** All time passes at once. */
export const atOnce = async (_milliseconds: number, signal: AbortSignal): Promise<void> => {
  await turn();
  signal.throwIfAborted();
};

export class Client {
  readonly input = new PassThrough();
  readonly output = new PassThrough();
  readonly notes: string[] = [];
  readonly stopping = new AbortController();
  readonly ended: Promise<void>;
  readonly #lines: Line[] = [];
  #arrived: (() => void) | null = null;

  constructor(options: Partial<BridgeOptions>) {
    let pending = "";
    this.output.on("data", (chunk: Buffer) => {
      const parts = (pending + chunk.toString("utf8")).split("\n");
      pending = parts.pop() ?? "";
      this.#lines.push(...parts.map((part) => line.parse(JSON.parse(part))));
      this.#arrived?.();
    });
    this.ended = runBridge({
      input: this.input,
      output: this.output,
      profile: "dev",
      open: async () => null,
      note: (text) => this.notes.push(text),
      signal: this.stopping.signal,
      pause: forever,
      ...options,
    });
  }

  send(message: object): void {
    this.input.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  /** The next line that the test looks for; others stay for later. */
  async next(wanted: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const at = this.#lines.findIndex(wanted);
      const [found] = at === -1 ? [] : this.#lines.splice(at, 1);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  answer(id: number | string): Promise<Line> {
    return this.next((candidate) => candidate.id === id && candidate.method === undefined);
  }

  async initialize(): Promise<Line> {
    this.send({ id: 0, method: "initialize", params: { protocolVersion: "2025-11-25" } });
    const answer = await this.answer(0);
    this.send({ method: "notifications/initialized" });
    return answer;
  }

  get unread(): Line[] {
    return this.#lines;
  }
}

/** A promise, and what resolves it. */
export const signalled = () => {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
};

/** Waits until something that has no event of its own has happened. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await turn();
};

const started: TestEndpoint[] = [];
const clients: Client[] = [];

/** `url`: where another one was that has stopped. */
export const endpoint = async (url?: string): Promise<TestEndpoint> => {
  const made = await new TestEndpoint().start(url);
  started.push(made);
  return made;
};

export const client = (options: Partial<BridgeOptions>): Client => {
  const made = new Client(options);
  clients.push(made);
  return made;
};

export const accessTo = (gateway: TestEndpoint) => async () => ({
  url: gateway.url,
  token: gateway.token,
});

/** Ends all bridges and endpoints of a test. */
export const closeAll = async (): Promise<void> => {
  for (const made of clients.splice(0)) {
    made.stopping.abort();
    await made.ended;
  }
  for (const made of started.splice(0)) await made.stop();
};
