import { Worker } from "node:worker_threads";
import { GatewayError, type OpenApiImport, type OpenApiView } from "@local-mcp/contract";
import type { Planned } from "./openapi.ts";
import type { Message, Task } from "./worker-messages.ts";

/** In the source the file beside this one, in a bundle the bundle beside that. */
const SCRIPT = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./openapi-worker.mjs",
  import.meta.url,
);

/** What the largest documents there are take several times over. */
const RESOURCES = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 };
const DEADLINE_MS = 60_000;

/**
 * Reads documents in threads of their own, which end with it: a large one takes seconds, and one that
 * was made to do harm takes what it can get.
 */
export class OpenApiReader {
  readonly #running = new Set<Worker>();
  readonly #deadlineMs: number;

  constructor({ deadlineMs = DEADLINE_MS }: { deadlineMs?: number } = {}) {
    this.#deadlineMs = deadlineMs;
  }

  /**
   * What tools a document would give.
   *
   * @param taken names of tools that there are
   * @throws GatewayError malformed_json, openapi_unreadable, openapi_too_old
   */
  async read(text: string, taken: readonly string[]): Promise<OpenApiView> {
    const message = await this.#run({ kind: "read", text, taken: [...taken] });
    if (message.kind !== "read") throw new GatewayError("internal");
    return message.view;
  }

  /**
   * The tools that an import asks for.
   *
   * @throws GatewayError what `read` throws, and openapi_no_operation, validation_failed
   */
  async plan(wanted: OpenApiImport, taken: readonly string[]): Promise<Planned> {
    const message = await this.#run({ kind: "plan", wanted, taken: [...taken] });
    if (message.kind !== "planned") throw new GatewayError("internal");
    return message.planned;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((worker) => worker.terminate()));
  }

  async #run(task: Task): Promise<Message> {
    const worker = new Worker(SCRIPT, {
      workerData: task,
      env: {},
      execArgv: [],
      resourceLimits: RESOURCES,
    });
    this.#running.add(worker);
    const timer = setTimeout(() => void worker.terminate(), this.#deadlineMs);
    try {
      const message = await answerOf(worker);
      if (message.kind === "refused") throw new GatewayError(message.code, message.params);
      return message;
    } finally {
      clearTimeout(timer);
      this.#running.delete(worker);
      await worker.terminate();
    }
  }
}

const answerOf = (worker: Worker): Promise<Message> =>
  // oxlint-disable-next-line promise/avoid-new -- events that have no promise
  new Promise((resolve, reject) => {
    const tooMuch = (cause?: unknown): void => {
      const detail = "reading it takes too long or too much memory";
      reject(new GatewayError("openapi_unreadable", { detail }, { cause }));
    };
    worker.on("message", resolve);
    worker.on("error", (error) => {
      const isMemory = "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
      if (isMemory || error instanceof RangeError) tooMuch(error);
      else reject(error);
    });
    worker.on("exit", () => tooMuch());
  });
