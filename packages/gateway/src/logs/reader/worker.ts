import { workerData } from "node:worker_threads";
import { createRedactor, learn } from "@local-mcp/vault";
import { serveTasks } from "../../traffic/serve-tasks.ts";
import { exportPartOf } from "./export.ts";
import { findingsOf } from "./findings.ts";
import { LogFiles } from "./log-files.ts";
import type { ReaderTasks } from "./messages.ts";
import { newsOf } from "./news.ts";
import { countMatches, pageOf } from "./pages.ts";
import { detailOf, rowsWhere } from "./rows.ts";
import { sessionsOf } from "./sessions.ts";
import { statsOf } from "./stats.ts";
import { suggest } from "./suggest.ts";

// Both sides are of one build, so what crosses needs no check.
const files = new LogFiles(workerData);
const redactor = createRedactor();
const redact = (text: string): string => redactor.text(text);

serveTasks<ReaderTasks>({
  page: (query, signal) => pageOf(files, query, signal),
  count: (query, signal) => countMatches(files, query, signal),
  news: (asked, signal) => newsOf(files, asked, signal),
  detail: (id) => {
    const names = files.names();
    return files.read(null, (db) => detailOf(db, { names, redact }, id));
  },
  row: (id) => {
    const names = files.names();
    const [row = null] = files.read([], (db) =>
      rowsWhere(db, names, { sql: "f.id = ?", values: [id] }),
    );
    return row;
  },
  stats: (filter, signal) => statsOf(files, filter, signal),
  sessions: (filter, signal) => sessionsOf(files, filter, signal),
  suggest: (asked) => {
    const names = files.names();
    return files.read([], (db) => suggest(db, names, asked));
  },
  findings: (asked, signal) => findingsOf(files, asked, signal),
  exportPart: (query, signal) => exportPartOf(files, { ...query, redact }, signal),
  secret: (change) => {
    learn(redactor, change);
    return null;
  },
  release: () => {
    files.release();
    return null;
  },
  close: () => {
    files.release();
    return null;
  },
});
