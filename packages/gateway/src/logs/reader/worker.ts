import { workerData } from "node:worker_threads";
import { GatewayError } from "@local-mcp/contract";
import { serveTasks } from "../../traffic/serve-tasks.ts";
import { LogFiles } from "./log-files.ts";
import type { ReaderTasks } from "./messages.ts";
import { newsOf } from "./news.ts";
import { countMatches, pageOf } from "./pages.ts";
import { detailOf, rowsWhere } from "./rows.ts";

// Both sides are of one build, so what crosses needs no check.
const files = new LogFiles(workerData);

serveTasks<ReaderTasks>({
  page: (query, signal) => pageOf(files, query, signal),
  count: (query, signal) => countMatches(files, query, signal),
  news: (asked, signal) => newsOf(files, asked, signal),
  detail: (id) => {
    const names = files.names();
    return files.read(null, (db) => detailOf(db, names, id));
  },
  row: (id) => {
    const names = files.names();
    const [row = null] = files.read([], (db) =>
      rowsWhere(db, names, { sql: "f.id = ?", values: [id] }),
    );
    return row;
  },
  stats: () => {
    throw new GatewayError("internal");
  },
  sessions: () => [],
  suggest: () => [],
  findings: ({ ofCatalog }) => ofCatalog,
  exportPart: () => {
    throw new GatewayError("internal");
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
