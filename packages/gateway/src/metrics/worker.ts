import { parentPort, workerData } from "node:worker_threads";
import { GatewayError } from "@local-mcp/contract";
import { TrafficStore } from "./traffic-store.ts";
import { viewOf } from "./view.ts";
import type { Answer, MetricsFiles, SetAside, Task, Tasks } from "./worker-messages.ts";

// Both sides are of one build, so what crosses needs no check.
const files: MetricsFiles = workerData;

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const post = (message: Answer | SetAside): void => parentPort?.postMessage(message);

const store = new TrafficStore(files, (path) => post({ kind: "set_aside", path }));

const carryOut = (task: Task): Tasks[keyof Tasks][1] => {
  switch (task.kind) {
    case "record":
      store.record(task.input);
      break;
    case "due":
      return store.due(task.input);
    case "sum":
      return store.sum(task.input);
    case "summed":
      store.summed(task.input);
      break;
    case "prune":
      return store.prune(task.input);
    case "view":
      return viewOf(store, task.input);
    case "reset":
      return store.reset(task.input);
    case "close":
      store.close();
  }
  return null;
};

parentPort?.on("message", (task: Task) => {
  const { id } = task;
  try {
    post({ id, kind: "done", result: carryOut(task) });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const { code, params, cause } = error;
    post({ id, kind: "refused", code, params, cause: String(cause) });
  }
  if (task.kind === "close") parentPort?.close();
});
