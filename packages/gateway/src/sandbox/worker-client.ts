import { Worker } from "node:worker_threads";
import { GatewayError } from "@local-mcp/contract";
import type { JobKind, Jobs, Reply, Task } from "./messages.ts";

/** In the source the file beside this one, in a bundle the bundle beside that. */
const SCRIPT = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./sandbox-worker.mjs",
  import.meta.url,
);

/** Of the thread; what is too big at once never gets so far (limits.ts). */
const RESOURCES = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

/** {@link MOST_TEXT}, as people are told. */
export const LIMIT = "4 MiB";

export interface JobOptions {
  /** Begins its sentence where it is stopped: “The template”. */
  what: string;
  /** ms, from when it begins. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

interface Job {
  task: Task;
  options: JobOptions;
  /** Given what its kind of job comes to: both sides are of one build. */
  resolve: (result: never) => void;
  reject: (error: unknown) => void;
}

/**
 * A thread that does one job after the other. It is started by the first, and kept; one that is stopped
 * while it is at a job goes with it, and the next job gets a new one.
 */
export class SandboxThread {
  readonly #waiting: Job[] = [];
  #worker: Worker | null = null;
  #isReady = false;
  #current: Job | null = null;
  #stopTimer: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * @throws GatewayError sandbox_too_slow, sandbox_too_big, sandbox_ended, and whatever the signal
   *   was aborted with
   */
  async run<Kind extends JobKind>(
    kind: Kind,
    input: Jobs[Kind]["input"],
    options: JobOptions,
  ): Promise<Jobs[Kind]["result"]> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.#closed) throw new GatewayError("sandbox_ended");
    const { promise, resolve, reject } = withResolvers<Jobs[Kind]["result"]>();
    const job: Job = { task: { kind, input }, options, resolve, reject };
    const abort = (): void => this.#abort(job);
    signal?.addEventListener("abort", abort);
    this.#waiting.push(job);
    this.#next();
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#waiting.splice(0)) job.reject(new GatewayError("sandbox_ended"));
    const worker = this.#worker;
    this.#end(new GatewayError("sandbox_ended"));
    await worker?.terminate();
  }

  #next(): void {
    if (this.#current || this.#waiting.length === 0) return;
    if (!this.#worker) this.#start();
    if (!this.#isReady) return;
    const job = this.#waiting.shift();
    if (!job) return;
    this.#current = job;
    const { what, deadlineMs } = job.options;
    this.#stopTimer = setTimeout(() => {
      this.#end(new GatewayError("sandbox_too_slow", { what, seconds: deadlineMs / 1000 }));
    }, deadlineMs);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker?.postMessage(job.task);
  }

  #start(): void {
    const worker = new Worker(SCRIPT, { env: {}, execArgv: [], resourceLimits: RESOURCES });
    this.#worker = worker;
    let failure: unknown;
    worker.on("message", (reply: Reply<never>) => {
      if (worker === this.#worker) this.#take(reply);
    });
    worker.on("error", (error) => (failure = error));
    worker.on("exit", () => {
      if (worker === this.#worker) this.#end(this.#reasonOf(failure));
    });
  }

  #take(reply: Reply<never>): void {
    switch (reply.kind) {
      case "ready":
        this.#isReady = true;
        break;
      case "done":
        this.#finish()?.resolve(reply.result);
        break;
      case "too-big":
        this.#fail(this.#tooBig());
        break;
    }
    this.#next();
  }

  #fail(reason: unknown): void {
    this.#finish()?.reject(reason);
  }

  /** The job that was running is over. */
  #finish(): Job | null {
    clearTimeout(this.#stopTimer);
    const job = this.#current;
    this.#current = null;
    return job;
  }

  /** Ends the thread, and with it what it is at; what waits goes on in another. */
  #end(reason: unknown): void {
    const worker = this.#worker;
    const failed = this.#isReady ? this.#current : (this.#waiting.shift() ?? null);
    this.#worker = null;
    this.#isReady = false;
    this.#finish();
    void worker?.terminate();
    failed?.reject(reason);
    if (!this.#closed) this.#next();
  }

  #abort(job: Job): void {
    const reason: unknown = job.options.signal?.reason;
    if (job === this.#current) {
      this.#end(reason);
      return;
    }
    const at = this.#waiting.indexOf(job);
    if (at !== -1) this.#waiting.splice(at, 1);
    job.reject(reason);
  }

  #tooBig(): GatewayError {
    const what = this.#current?.options.what ?? "It";
    return new GatewayError("sandbox_too_big", { what, limit: LIMIT });
  }

  #reasonOf(failure: unknown): unknown {
    const isMemory =
      failure instanceof Error && "code" in failure && failure.code === "ERR_WORKER_OUT_OF_MEMORY";
    return isMemory ? this.#tooBig() : (failure ?? new GatewayError("sandbox_ended"));
  }
}

function withResolvers<Value>() {
  let resolve!: (value: Value) => void;
  let reject!: (error: unknown) => void;
  // oxlint-disable-next-line promise/avoid-new -- Node 20 has no Promise.withResolvers
  const promise = new Promise<Value>((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
}
