import type { Redactor, RedactorChange } from "@local-mcp/vault";
import { type TaskTable, Thread, type ThreadOptions } from "../traffic/thread.ts";
import type { LogFiles } from "./writer/messages.ts";

export interface RedactingThreadOptions extends Pick<ThreadOptions, "onBroken" | "restMs"> {
  files: LogFiles;
  redactor: Pick<Redactor, "follow">;
}

/** What a thread that redacts does beside its work. */
type Redacting<Tasks> = TaskTable<Tasks> & { secret: [RedactorChange, null] };

/** A thread of debug logs that is told of every secret before anything else is asked of it. */
export function redactingThread<Tasks extends Redacting<Tasks>>(
  script: URL,
  { files: { traffic, database }, redactor, onBroken, restMs }: RedactingThreadOptions,
): Thread<Tasks> {
  const thread: Thread<Tasks> = new Thread({
    onBroken,
    restMs,
    script,
    data: { traffic, database },
    onStart: () =>
      redactor.follow((change) => {
        // A thread that ended has nothing to redact, and the next one is told of all.
        thread.ask("secret", change).catch(() => {});
      }),
  });
  return thread;
}
