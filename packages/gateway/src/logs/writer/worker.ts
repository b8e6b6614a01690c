import { workerData } from "node:worker_threads";
import { serveTasks } from "../../traffic/serve-tasks.ts";
import { giveWay } from "./give-way.ts";
import { LogStore } from "./log-store.ts";
import type { LogFiles, WriterTasks } from "./messages.ts";

// Both sides are of one build, so what crosses needs no check.
const files: LogFiles = workerData;

giveWay();

const store = new LogStore(files);

serveTasks<WriterTasks>({
  write: ({ batch, bodyBytes }) => store.write(batch, bodyBytes),
  secret: (change) => {
    store.secret(change);
    return null;
  },
  prune: (asked) => store.prune(asked),
  clear: (filter, signal) => store.clear(filter, signal),
  clearSome: () => store.clearSome(),
  mark: (mark) => {
    store.mark(mark);
    return null;
  },
  dismiss: ({ finding, at }) => {
    store.dismiss(finding, at);
    return null;
  },
  keepMessages: ({ messages, bodyBytes }) => {
    store.keepMessages(messages, bodyBytes);
    return null;
  },
  messagesOf: (query) => store.messagesOf(query),
  removeMessages: (asked) => store.removeMessages(asked),
  probe: () => {
    store.probe();
    return null;
  },
  size: () => store.size(),
  release: () => {
    store.release();
    return null;
  },
  rest: () => store.isIdle,
  close: () => {
    store.release();
    return null;
  },
});
