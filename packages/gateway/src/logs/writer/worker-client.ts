import type { Thread } from "../../traffic/thread.ts";
import { redactingThread, type RedactingThreadOptions } from "../redacting-thread.ts";
import type { WriterTasks } from "./messages.ts";

/** In the source the file beside this one, in a bundle the bundle beside that. */
const script = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./log-writer.mjs",
  import.meta.url,
);

/** The thread that writes debug logs. What it is told of as secret is in none of them. */
export const createLogWriter = (options: RedactingThreadOptions): Thread<WriterTasks> =>
  redactingThread(script, options);
