import { Thread, type ThreadOptions } from "../../traffic/thread.ts";
import type { LogFiles } from "../writer/messages.ts";
import type { ReaderTasks } from "./messages.ts";

/** In the source the file beside this one, in a bundle the bundle beside that. */
const script = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./log-reader.mjs",
  import.meta.url,
);

/** The thread that reads debug logs. */
export const createLogReader = (
  { traffic, database }: LogFiles,
  told: Pick<ThreadOptions, "onBroken">,
): Thread<ReaderTasks> => new Thread({ ...told, script, data: { traffic, database } });
