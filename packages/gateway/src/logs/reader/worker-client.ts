import type { Redactor } from "@local-mcp/vault";
import { Thread, type ThreadOptions } from "../../traffic/thread.ts";
import { tellSecrets } from "../told-secrets.ts";
import type { LogFiles } from "../writer/messages.ts";
import type { ReaderTasks } from "./messages.ts";

/** In the source the file beside this one, in a bundle the bundle beside that. */
const script = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./log-reader.mjs",
  import.meta.url,
);

export interface LogReaderOptions extends Pick<ThreadOptions, "onBroken"> {
  files: LogFiles;
  /** What it knows, the thread removes from messages that it gives away. */
  redactor: Pick<Redactor, "follow">;
}

/** The thread that reads debug logs. What became known as a secret since they were written is in none of them. */
export function createLogReader({
  files,
  redactor,
  onBroken,
}: LogReaderOptions): Thread<ReaderTasks> {
  const { traffic, database } = files;
  const thread: Thread<ReaderTasks> = new Thread({
    onBroken,
    script,
    data: { traffic, database },
    onStart: () => tellSecrets(redactor, (change) => thread.ask("secret", change)),
  });
  return thread;
}
