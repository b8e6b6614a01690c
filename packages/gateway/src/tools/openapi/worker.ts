import { parentPort, workerData } from "node:worker_threads";
import { GatewayError } from "@local-mcp/contract";
import { planImport, readOpenApi } from "./openapi.ts";
import type { Message, Task } from "./worker-messages.ts";

const run = (task: Task): Message => {
  try {
    if (task.kind === "read") {
      return { kind: "read", view: readOpenApi(task.text, task.taken).view };
    }
    const { wanted, taken } = task;
    return { kind: "planned", planned: planImport(readOpenApi(wanted.text, taken), wanted) };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { kind: "refused", code: error.code, params: error.params };
  }
};

/** One task, and its end. Both sides are of one build, so what crosses needs no check. */
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(run(workerData));
