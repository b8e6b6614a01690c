import type {
  LogCount,
  LogCountQuery,
  LogDetail,
  LogExportPart,
  LogExportQuery,
  LogFinding,
  LogLevel,
  LogLevelChoice,
  LogNews,
  LogRow,
  LogSession,
  LogsPage,
  LogsQuery,
  LogStats,
} from "@local-mcp/contract";
import type { RedactorChange } from "@local-mcp/vault";
import type { Untold } from "../entries.ts";

/** A filter in the query language, which was checked, and the time that it counts from. */
export interface Filter {
  filter: string;
  /** ms since 1970. */
  now: number;
}

export interface FindingsQuery {
  /** ms since 1970. */
  now: number;
  ofCatalog: LogFinding[];
  /** Of profiles and servers that have one of their own. */
  levels: LogLevelChoice[];
  /** Of all others. */
  standard: LogLevel;
}

/** What the thread that reads does, each with what it is given and what comes of it. */
export interface ReaderTasks {
  page: [Omit<LogsQuery, "filter"> & Filter, LogsPage];
  count: [Omit<LogCountQuery, "filter"> & Filter, LogCount];
  /** What of it matches. Of nothing: how far there are rows. */
  news: [Filter & { written: Untold }, LogNews];
  detail: [id: number, LogDetail | null];
  row: [id: number, LogRow | null];
  stats: [Filter, LogStats];
  sessions: [Filter, LogSession[]];
  suggest: [{ key: string; prefix: string }, string[]];
  /** Those that rows show, and of those of the catalog, which are given, the ones not dismissed. */
  findings: [FindingsQuery, LogFinding[]];
  exportPart: [Omit<LogExportQuery, "filter"> & Filter & { address: string }, LogExportPart];
  /** No answer is waited for; messages are redacted with it from then on. */
  secret: [RedactorChange, null];
  release: [null, null];
  rest: [null, boolean];
  close: [null, null];
}
