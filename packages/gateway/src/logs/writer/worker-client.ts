import type { Redactor } from "@local-mcp/vault";
import { Thread, type ThreadOptions } from "../../traffic/thread.ts";
import { tellSecrets } from "../told-secrets.ts";
import type { LogFiles, WriterTasks } from "./messages.ts";

/** In the source the file beside this one, in a bundle the bundle beside that. */
const script = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./log-writer.mjs",
  import.meta.url,
);

export interface LogWriterOptions extends Pick<ThreadOptions, "onBroken"> {
  files: LogFiles;
  /** What it knows, the thread removes from what it writes. */
  redactor: Pick<Redactor, "follow">;
}

/** The thread that writes debug logs. It is told of every secret before it is given what to write. */
export function createLogWriter({
  files,
  redactor,
  onBroken,
}: LogWriterOptions): Thread<WriterTasks> {
  const { traffic, database } = files;
  const thread: Thread<WriterTasks> = new Thread({
    onBroken,
    script,
    data: { traffic, database },
    onStart: () => tellSecrets(redactor, (change) => thread.ask("secret", change)),
  });
  return thread;
}
