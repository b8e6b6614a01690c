import { parentPort, workerData } from "node:worker_threads";
import { GatewayError } from "@local-mcp/contract";
import { letGo } from "@local-mcp/vault";
import { copyDatabase } from "./copy.ts";
import { finish, preview } from "./finish.ts";
import { createBackup } from "./snapshot.ts";
import { stage } from "./stage.ts";
import type { FinishInput, Watch } from "./types.ts";
import type { Message, Task } from "./worker-messages.ts";

/** More often nobody looks, ms. */
const PROGRESS_EVERY_MS = 100;

/** Tells each phase, and of its progress no more than somebody can follow. */
const seldom = (tell: NonNullable<Watch["onProgress"]>): Watch => {
  let told = { phase: "", at: 0 };
  return {
    onProgress(phase, progress) {
      const at = performance.now();
      if (phase === told.phase && at - told.at < PROGRESS_EVERY_MS) return;
      told = { phase, at };
      tell(phase, progress);
    },
  };
};

/** One task, and its end. Both sides are of one build, so what crosses needs no check. */
const run = async (task: Task): Promise<void> => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  const post = (message: Message): void => parentPort?.postMessage(message);
  const watch = seldom((phase, progress) => post({ kind: "progress", phase, progress }));
  const done = (result: unknown): void => post({ kind: "done", result });
  try {
    switch (task.kind) {
      case "create":
        done(await createBackup(task.input, watch));
        break;
      case "copy":
        done(await copyDatabase(task.input));
        break;
      case "stage": {
        const staged = await stage(task.input, watch);
        done(staged);
        if (staged.keys) letGo(staged.keys);
        break;
      }
      case "preview":
        done(preview(task.input));
        break;
      case "finish":
        done(await finish(task.input));
        break;
    }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    post({ kind: "refused", code: error.code, params: error.params, cause: String(error.cause) });
  } finally {
    if ("staged" in task.input) forget(task.input);
  }
};

/** Copies of keys, which came with the task. */
const forget = ({ staged, liveKeys }: Pick<FinishInput, "staged" | "liveKeys">): void => {
  for (const keys of [staged.keys, liveKeys]) if (keys) letGo(keys);
};

await run(workerData);
