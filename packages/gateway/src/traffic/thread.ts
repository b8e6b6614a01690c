import { Worker } from "node:worker_threads";
import { type ErrorCode, GatewayError } from "@local-mcp/contract";

/** Of a table of what a thread does: by its kind what a task is given, and what comes of it. */
export type TaskTable<Tasks> = { [Kind in keyof Tasks]: [input: unknown, result: unknown] } & {
  /** Whether nothing is lost where it ends now, and the next thread begins without it. */
  rest: [null, boolean];
  close: [null, null];
};

/** One thing that is asked of a thread. */
export interface Task<Tasks extends TaskTable<Tasks>, Kind extends keyof Tasks = keyof Tasks> {
  id: number;
  kind: Kind;
  input: Tasks[Kind][0];
}

/** What the thread is told. */
export type Told<Tasks extends TaskTable<Tasks>> =
  | { kind: "task"; task: Task<Tasks> }
  /** Nobody waits for this task any more. */
  | { kind: "cancel"; id: number };

/** What it answers. */
export type Answer<Result = unknown> =
  | { id: number; kind: "done"; result: Result }
  | {
      id: number;
      kind: "refused";
      code: ErrorCode;
      params: GatewayError["params"];
      cause: string;
    };

/** Whoever can be asked what a thread does. */
export type Asked<Tasks extends TaskTable<Tasks>> = Pick<Thread<Tasks>, "ask">;

export interface ThreadOptions {
  /** What its worker-client.ts leads to. */
  script: URL;
  /** What it works on; its `workerData`. */
  data: unknown;
  /** Told of each thread that starts, before its first task. What it returns is called when it ended. */
  onStart?(): () => void;
  onBroken(error: Error): void;
  /** After so long without anything to do it ends, ms. */
  restMs?: number | undefined;
}

/** Longest that what was asked before is waited for at the end, ms. */
const END_MS = 10_000;
/** A thread takes some 20 MB, and to start it some 50 ms of a core. */
const REST_MS = 30_000;

interface Waiting {
  /** Given what its kind of task comes to: both sides are of one build. */
  resolve: (result: never) => void;
  reject: (error: unknown) => void;
}

/**
 * A thread that does one task after the other: SQLite blocks its thread, and calls are never to wait
 * for what is kept of them. It starts with the first thing that is asked of it, and ends after a while
 * in which nothing was. One that broke is replaced by the next; what was asked of it is refused. Its
 * side is `serveTasks`.
 */
export class Thread<Tasks extends TaskTable<Tasks>> {
  readonly #options: ThreadOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  /** While one ends that had nothing to do: the next one finds the files let go of. */
  #leaving: Promise<void> | null = null;
  #restTimer: NodeJS.Timeout | undefined;
  #lastId = 0;
  #closed = false;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  get isStarted(): boolean {
    return this.#worker !== null;
  }

  /**
   * @param signal tells the thread when nobody waits any more
   * @throws GatewayError what the task throws; shutting_down; internal where the thread broke
   */
  ask<Kind extends keyof Tasks>(
    kind: Kind,
    input: Tasks[Kind][0],
    signal?: AbortSignal,
  ): Promise<Tasks[Kind][1]> {
    if (this.#closed) return Promise.reject(new GatewayError("shutting_down"));
    return this.#send(kind, input, signal);
  }

  /** Ends it when what was asked before is done. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restTimer);
    await this.#leaving;
    await this.#leave();
  }

  async #leave(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    const patience = setTimeout(() => void worker.terminate(), END_MS);
    try {
      await this.#send("close", null);
    } catch {
      // It ended otherwise.
    }
    clearTimeout(patience);
    await worker.terminate();
  }

  async #send<Kind extends keyof Tasks>(
    kind: Kind,
    input: Tasks[Kind][0],
    signal?: AbortSignal,
  ): Promise<Tasks[Kind][1]> {
    signal?.throwIfAborted();
    if (this.#leaving !== null) {
      await this.#leaving;
      signal?.throwIfAborted();
    }
    const worker = this.#worker ?? this.#start();
    const id = (this.#lastId += 1);
    const post = (told: Told<Tasks>): void => {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(told);
    };
    // oxlint-disable-next-line promise/avoid-new -- events that have no promise
    const answer = new Promise<Tasks[Kind][1]>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    const cancel = (): void => {
      post({ kind: "cancel", id });
      this.#waiting.get(id)?.reject(signal?.reason);
    };
    signal?.addEventListener("abort", cancel);
    post({ kind: "task", task: { id, kind, input } });
    try {
      return await answer;
    } finally {
      this.#waiting.delete(id);
      signal?.removeEventListener("abort", cancel);
      this.#restLater();
    }
  }

  #restLater(): void {
    if (this.#closed) return;
    const { restMs = REST_MS } = this.#options;
    if (this.#restTimer) this.#restTimer.refresh();
    else this.#restTimer = setTimeout(() => void this.#rest(), restMs).unref();
  }

  /** Where it is refused it is tried again after the same while, as after anything that was asked. */
  async #rest(): Promise<void> {
    if (this.#worker === null || this.#waiting.size > 0) return;
    try {
      const isFree = await this.#send("rest", null);
      // Something was asked meanwhile.
      if (!isFree || this.#waiting.size > 0 || this.#closed) return;
    } catch {
      return;
    }
    this.#leaving = this.#leave();
    await this.#leaving;
    this.#leaving = null;
  }

  #start(): Worker {
    const worker = new Worker(this.#options.script, { workerData: this.#options.data });
    this.#worker = worker;
    const ended = this.#options.onStart?.();
    worker.on("message", (answer: Answer<never>) => this.#take(answer));
    worker.on("error", (error) => this.#options.onBroken(error));
    worker.on("exit", () => {
      this.#worker = null;
      ended?.();
      const reason = new GatewayError(this.#closed ? "shutting_down" : "internal");
      for (const { reject } of this.#waiting.values()) reject(reason);
    });
    return worker;
  }

  #take(answer: Answer<never>): void {
    const waiting = this.#waiting.get(answer.id);
    if (answer.kind === "done") return waiting?.resolve(answer.result);
    const { code, params, cause } = answer;
    waiting?.reject(new GatewayError(code, params, { cause }));
  }
}
