import { vi } from "vitest";
import type { ServerDefinition } from "../definitions.ts";
import { isObject, type JsonObject, type RpcMessage } from "../jsonrpc.ts";
import { UpstreamFailure } from "./failure.ts";
import { upstreamFor } from "./test-kit.ts";
import type { Transport, TransportEvents } from "./transport.ts";
import type { Observation, UpstreamOptions } from "./upstream.ts";

/**
 * What a legacy server does when it is started: works until it is told to fail, works for so many
 * ms, ends at the first message, is silent, or cannot be started.
 */
export type Start = "works" | { works: number } | "ends" | "silent" | { fails: UpstreamFailure };

/** What it lists, by the name of the list. Null answers with an error. */
export type Lists = Record<string, JsonObject[] | null>;

const CAPABILITIES = { tools: {}, prompts: {}, resources: { subscribe: true }, logging: {} };

/** A legacy server as a table of a test says it is, on the clock of the test. */
export class ScriptedTransport implements Transport {
  readonly sent: JsonObject[] = [];
  isClosed = false;
  readonly #start: Start;
  readonly #lists: () => Lists;
  #events: TransportEvents | null = null;
  #timer: NodeJS.Timeout | undefined;
  #listFailure: UpstreamFailure | null = null;

  constructor(start: Start, lists: () => Lists) {
    this.#start = start;
    this.#lists = lists;
  }

  async open(events: TransportEvents): Promise<void> {
    this.#events = events;
    if (typeof this.#start === "string") return;
    if ("fails" in this.#start) throw this.#start.fails;
    this.#timer = setTimeout(() => this.fail(), this.#start.works);
  }

  send(message: RpcMessage): void {
    const { id, method, params } = {
      params: {},
      id: undefined,
      ...message,
      method: methodOf(message),
    };
    this.sent.push(message);
    if (this.#start === "silent" || id === undefined || method === null) return;
    if (this.#start === "ends") {
      queueMicrotask(() => this.fail());
      return;
    }
    const failure = method in LIST_KEYS ? this.#listFailure : null;
    if (failure) {
      queueMicrotask(() => this.#events?.onRequestFailed(id, failure));
      return;
    }
    const result = this.#answer(method, params);
    if (result === undefined) return;
    queueMicrotask(() => {
      const error = { code: -32_000, message: "no" };
      this.receive(result ? { jsonrpc: "2.0", id, result } : { jsonrpc: "2.0", id, error });
    });
  }

  receive(message: JsonObject): void {
    this.#events?.onMessage(message, undefined);
  }

  /** From now on it is not reached like this when it is asked for a list. */
  failLists(failure: UpstreamFailure): void {
    this.#listFailure = failure;
  }

  /** Answers the newest request of this method, which it had left open. */
  answer(method: string): void {
    const request = this.sent.findLast((message) => message.method === method);
    this.receive({ jsonrpc: "2.0", id: request?.id, result: {} });
  }

  /** It ends by itself. */
  fail(failure = exited()): void {
    this.isClosed = true;
    clearTimeout(this.#timer);
    this.#events?.onClosed(failure);
  }

  handshakeDone(): void {}
  cancel(): null {
    return null;
  }
  output(): string[] {
    return ["the last line"];
  }

  async close(): Promise<void> {
    this.fail(new UpstreamFailure("exited", "one was stopped.", { retry: "never" }));
  }

  /** Undefined answers nothing. */
  #answer(method: string, params: unknown): JsonObject | null | undefined {
    if (method === "initialize") {
      const serverInfo = { name: "scripted", version: "1" };
      return { protocolVersion: "2025-11-25", capabilities: CAPABILITIES, serverInfo };
    }
    const key = LIST_KEYS[method];
    if (key !== undefined) {
      const list = this.#lists()[key];
      return list === null ? null : { [key]: list ?? [] };
    }
    return isObject(params) && params.name === "hold" ? undefined : {};
  }
}

const methodOf = (message: RpcMessage): string | null =>
  "method" in message && typeof message.method === "string" ? message.method : null;

const LIST_KEYS: Readonly<Record<string, string>> = {
  "tools/list": "tools",
  "prompts/list": "prompts",
  "resources/list": "resources",
  "resources/templates/list": "resourceTemplates",
};

export const exited = (): UpstreamFailure =>
  new UpstreamFailure("exited", "one stopped: exit code 1.", {
    retry: "later",
    detail: "the last line",
  });

/** An upstream whose server does at each start what comes next; the last one again and again. */
export function scripted(
  starts: readonly Start[],
  change: Partial<ServerDefinition> = {},
  more: Partial<UpstreamOptions> = {},
) {
  const transports: ScriptedTransport[] = [];
  let future: Start | null = null;
  let lists: Lists = { tools: [{ name: "a" }] };
  const seen: { at: number; observation: Observation }[] = [];
  const route = { proxy: null, certificates: [] };
  const isRemote = change.transport !== undefined && change.transport !== "stdio";
  const kept = upstreamFor(
    isRemote
      ? { transport: "http", url: "http://localhost/", headers: {}, route }
      : { transport: "stdio", command: "one", args: [], cwd: null, env: {}, pathName: "the test" },
    change,
    {
      createTransport: () => {
        const planned = starts[Math.min(transports.length, starts.length - 1)] ?? "works";
        const transport = new ScriptedTransport(future ?? planned, () => lists);
        transports.push(transport);
        return transport;
      },
      onObservation: () => seen.push({ at: Date.now(), observation: kept.upstream.observation }),
      ...more,
    },
  );
  const decidedAt = Date.now();
  const protocolVersion = null;
  kept.verdicts.set("s", {
    era: "legacy",
    protocolVersion,
    configHash: "first",
    decidedAt,
    certain: true,
  });
  const newest = (): ScriptedTransport => {
    const transport = transports.at(-1);
    if (!transport) throw new Error("it was not started");
    return transport;
  };
  return {
    ...kept,
    transports,
    seen,
    newest,
    sent: (method: string) =>
      transports.flatMap((one) => one.sent).filter((message) => message.method === method),
    /** What it does at all further starts. */
    become: (start: Start) => void (future = start),
    list: (next: Lists) => void (lists = next),
    tools: () => kept.upstream.catalog?.lists.tools.map(({ name }) => name),
    /** Lets what waits for promises alone go on. */
    settle: () => vi.advanceTimersByTimeAsync(0),
    up: async () => {
      kept.upstream.bringUp();
      await vi.advanceTimersByTimeAsync(0);
      return kept.upstream.observation.state;
    },
  };
}
