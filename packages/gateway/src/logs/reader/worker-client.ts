import type { Thread } from "../../traffic/thread.ts";
import { redactingThread, type RedactingThreadOptions } from "../redacting-thread.ts";
import type { ReaderTasks } from "./messages.ts";

/** In the source the file beside this one, in a bundle the bundle beside that. */
const script = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./log-reader.mjs",
  import.meta.url,
);

/** The thread that reads debug logs. What became known as a secret since they were written is in none of them. */
export const createLogReader = (options: RedactingThreadOptions): Thread<ReaderTasks> =>
  redactingThread(script, options);
