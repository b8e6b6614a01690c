import { parentPort } from "node:worker_threads";
import { GatewayError } from "@local-mcp/contract";
import type { Answer, Task, TaskTable, Told } from "./thread.ts";

/** How each kind of task is done. `signal` aborts when nobody waits for it any more. */
export type Work<Tasks extends TaskTable<Tasks>> = {
  [Kind in keyof Tasks]: (
    input: Tasks[Kind][0],
    signal: AbortSignal,
  ) => Tasks[Kind][1] | Promise<Tasks[Kind][1]>;
};

/**
 * The side of the thread that does what a `Thread` is asked for, in order; tasks that return a
 * promise let others have their turn. A GatewayError refuses the task, any other ends the thread; of
 * one that nobody waits for, what it throws is of no interest.
 * After `close` the thread ends.
 */
export function serveTasks<Tasks extends TaskTable<Tasks>>(work: Work<Tasks>): void {
  const running = new Map<number, AbortController>();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  const post = (answer: Answer): void => parentPort?.postMessage(answer);

  const carryOut = async <Kind extends keyof Tasks>(task: Task<Tasks, Kind>): Promise<void> => {
    const { id, kind, input } = task;
    const controller = new AbortController();
    running.set(id, controller);
    try {
      post({ id, kind: "done", result: await work[kind](input, controller.signal) });
    } catch (error) {
      if (controller.signal.aborted) return;
      if (!(error instanceof GatewayError)) throw error;
      const { code, params, cause } = error;
      post({ id, kind: "refused", code, params, cause: String(cause) });
    } finally {
      running.delete(id);
    }
    if (kind === "close") parentPort?.close();
  };

  parentPort?.on("message", (told: Told<Tasks>) => {
    if (told.kind === "task") void carryOut(told.task);
    else running.get(told.id)?.abort();
  });
}
