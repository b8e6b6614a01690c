import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { GatewayError } from "@local-mcp/contract";
import { resolvePaths } from "@local-mcp/database";
import { clearUp } from "./disk.ts";
import type {
  BackupWorker,
  Finished,
  MadeBackup,
  MadeCopy,
  Staged,
  StagePreview,
  Watch,
} from "./types.ts";
import type { Message, Task } from "./worker-messages.ts";

/** In the source the file beside this one, in a bundle the bundle beside that. */
const SCRIPT = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./backup-worker.mjs",
  import.meta.url,
);

/**
 * Snapshots, checks and restores in threads of their own: SQLite blocks its thread, for a second per
 * hundred megabytes. Each task gets a thread, which ends with it. Cancelling ends the thread, which
 * waits for the statement that SQLite is at, and removes what it has written.
 */
export const createBackupWorker = (): BackupWorker => {
  const running = new Set<Worker>();

  const run = async <Result>(
    task: Task,
    { signal, onProgress }: Watch,
    leavings: readonly string[],
  ): Promise<Result> => {
    signal?.throwIfAborted();
    const worker = new Worker(SCRIPT, { workerData: task });
    running.add(worker);
    const stop = (): void => void worker.terminate();
    signal?.addEventListener("abort", stop);
    try {
      return await resultOf<Result>(worker, onProgress);
    } catch (error) {
      await worker.terminate();
      for (const path of leavings) await clearUp(path);
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
      running.delete(worker);
    }
  };

  return {
    create(input, watch) {
      const { staging } = resolvePaths({ databasePath: input.database });
      const directory = join(staging, `backup-${randomUUID()}`);
      const task: Task = { kind: "create", input: { ...input, directory } };
      return run<MadeBackup>(task, watch, [directory, `${input.target}.partial`]);
    },
    copy: (input, watch) =>
      run<MadeCopy>({ kind: "copy", input }, watch, [`${input.target}.partial`]),
    stage: (input, watch) => run<Staged>({ kind: "stage", input }, watch, [input.directory]),
    preview: (input, watch) => run<StagePreview>({ kind: "preview", input }, watch, []),
    finish: (input, watch) => run<Finished>({ kind: "finish", input }, watch, []),
    async close() {
      await Promise.all([...running].map((worker) => worker.terminate()));
    },
  };
};

const resultOf = <Result>(worker: Worker, onProgress: Watch["onProgress"]): Promise<Result> =>
  // oxlint-disable-next-line promise/avoid-new -- events that have no promise
  new Promise((resolve, reject) => {
    worker.on("message", (message: Message<Result>) => {
      switch (message.kind) {
        case "progress":
          onProgress?.(message.phase, message.progress);
          break;
        case "done":
          resolve(message.result);
          break;
        case "refused": {
          const { code, params, cause } = message;
          reject(new GatewayError(code, params, { cause }));
          break;
        }
      }
    });
    worker.on("error", reject);
    worker.on("exit", () => reject(new GatewayError("backup_cancelled")));
  });
