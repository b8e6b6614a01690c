import { workerData } from "node:worker_threads";
import { createRedactor, learn } from "@local-mcp/vault";
import { serveTasks } from "../../traffic/serve-tasks.ts";
import { CleanNames } from "./clean-names.ts";
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
const names = new CleanNames(redact);

serveTasks<ReaderTasks>({
  page: async (query, signal) => {
    const page = await pageOf(files, query, signal);
    return { ...page, rows: names.ofRows(page.rows) };
  },
  count: (query, signal) => countMatches(files, query, signal),
  news: async (asked, signal) => {
    const news = await newsOf(files, asked, signal);
    return { ...news, rows: names.ofRows(news.rows), changed: names.ofRows(news.changed) };
  },
  detail: (id) => {
    const giving = { names: files.names(), redact };
    const detail = files.read(null, (db) => detailOf(db, giving, id));
    return detail && { ...detail, linked: names.ofRows(detail.linked) };
  },
  row: (id) => {
    const today = files.names();
    const found = files.read([], (db) => rowsWhere(db, today, { sql: "f.id = ?", values: [id] }));
    const [row = null] = names.ofRows(found);
    return row;
  },
  stats: async (filter, signal) => {
    const stats = await statsOf(files, filter, signal);
    return { ...stats, tools: stats.tools.map((tool) => ({ ...tool, name: names.of(tool.name) })) };
  },
  sessions: async (filter, signal) => names.ofSessions(await sessionsOf(files, filter, signal)),
  suggest: (asked) => {
    const today = files.names();
    const suggested = files.read([], (db) => suggest(db, today, asked));
    return [...new Set(suggested.map((name) => names.of(name)))];
  },
  findings: (asked, signal) => findingsOf(files, asked, signal),
  exportPart: (query, signal) => exportPartOf(files, { ...query, redact }, signal),
  secret: (change) => {
    learn(redactor, change);
    names.forget();
    return null;
  },
  release: () => {
    files.release();
    return null;
  },
  rest: () => true,
  close: () => {
    files.release();
    return null;
  },
});
