import { Worker } from "node:worker_threads";
import { GatewayError } from "@local-mcp/contract";
import type { Answer, MetricsFiles, SetAside, Tasks } from "./worker-messages.ts";

/** In the source the file beside this one, in a bundle the bundle beside that. */
const SCRIPT = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./metrics-worker.mjs",
  import.meta.url,
);

/** Longest that its last rows are waited for, ms. */
const END_MS = 3000;

/**
 * The thread that has `traffic.db`: SQLite blocks its thread, and calls are never to wait for what
 * counts them. It starts with the first thing that is asked of it. One that broke is replaced by the
 * next; what was asked of it is refused.
 */
export class MetricsWorker {
  readonly #files: MetricsFiles;
  readonly #told: { onSetAside(path: string): void; onBroken(error: Error): void };
  #worker: Worker | null = null;
  #lastId = 0;
  #closed = false;

  /** @param told of a file that was damaged, and where it is now; of a thread that broke */
  constructor(
    files: MetricsFiles,
    told: { onSetAside(path: string): void; onBroken(error: Error): void },
  ) {
    this.#files = { traffic: files.traffic, database: files.database };
    this.#told = told;
  }

  get isStarted(): boolean {
    return this.#worker !== null;
  }

  /** @throws GatewayError what SQLite says of the file; shutting_down */
  ask<Kind extends keyof Tasks>(kind: Kind, input: Tasks[Kind][0]): Promise<Tasks[Kind][1]> {
    if (this.#closed) return Promise.reject(new GatewayError("shutting_down"));
    return this.#send(kind, input);
  }

  /** Ends it when what was sent before is stored. */
  async close(): Promise<void> {
    this.#closed = true;
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

  #send<Kind extends keyof Tasks>(kind: Kind, input: Tasks[Kind][0]): Promise<Tasks[Kind][1]> {
    const worker = (this.#worker ??= this.#start());
    const id = (this.#lastId += 1);
    // oxlint-disable-next-line promise/avoid-new -- events that have no promise
    return new Promise((resolve, reject) => {
      const done = (): void => {
        worker.off("message", onMessage);
        worker.off("exit", onExit);
      };
      const onMessage = (message: Answer<Tasks[Kind][1]> | SetAside): void => {
        if (message.kind === "set_aside" || message.id !== id) return;
        done();
        if (message.kind === "done") return resolve(message.result);
        const { code, params, cause } = message;
        reject(new GatewayError(code, params, { cause }));
      };
      const onExit = (): void => {
        done();
        reject(new GatewayError("shutting_down"));
      };
      worker.on("message", onMessage);
      worker.on("exit", onExit);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage({ id, kind, input });
    });
  }

  #start(): Worker {
    const worker = new Worker(SCRIPT, { workerData: this.#files });
    // One listener for each thing that is asked.
    worker.setMaxListeners(0);
    worker.on("message", (message: Answer | SetAside) => {
      if (message.kind === "set_aside") this.#told.onSetAside(message.path);
    });
    worker.on("error", (error) => this.#told.onBroken(error));
    worker.on("exit", () => {
      if (this.#worker === worker) this.#worker = null;
    });
    return worker;
  }
}
