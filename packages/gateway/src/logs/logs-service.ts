import {
  GatewayError,
  type LogCleared,
  type LogCount,
  type LogCountQuery,
  type LogDetail,
  type LogExportPart,
  type LogExportQuery,
  type LogFinding,
  type LogLevel,
  type LogLevelChoice,
  type LogMark,
  type LogNews,
  type LogReplay,
  type LogReplayed,
  type LogRow,
  type LogSession,
  type LogsPage,
  type LogsQuery,
  type LogState,
  type LogStats,
} from "@local-mcp/contract";

/** What the API asks of debug logs. */
export class LogsService {
  list(_query: LogsQuery): Promise<LogsPage> {
    throw new GatewayError("internal");
  }

  count(_query: LogCountQuery): Promise<LogCount> {
    throw new GatewayError("internal");
  }

  follow(_filter: string, _signal: AbortSignal | undefined): AsyncGenerator<LogNews> {
    throw new GatewayError("internal");
  }

  stats(_filter: string): Promise<LogStats> {
    throw new GatewayError("internal");
  }

  sessions(_filter: string): Promise<LogSession[]> {
    throw new GatewayError("internal");
  }

  state(): Promise<LogState> {
    throw new GatewayError("internal");
  }

  suggest(_asked: { key: string; prefix: string }): Promise<string[]> {
    throw new GatewayError("internal");
  }

  findings(): Promise<LogFinding[]> {
    throw new GatewayError("internal");
  }

  dismiss(_finding: string): Promise<void> {
    throw new GatewayError("internal");
  }

  export(_query: LogExportQuery): Promise<LogExportPart> {
    throw new GatewayError("internal");
  }

  levels(): LogLevelChoice[] {
    throw new GatewayError("internal");
  }

  setLevel(_change: Omit<LogLevelChoice, "level"> & { level: LogLevel | null }): void {
    throw new GatewayError("internal");
  }

  uncap(_minutes: number): Promise<LogState> {
    throw new GatewayError("internal");
  }

  cap(): Promise<LogState> {
    throw new GatewayError("internal");
  }

  clear(_filter: string): Promise<LogCleared> {
    throw new GatewayError("internal");
  }

  get(_id: number): Promise<LogDetail> {
    throw new GatewayError("internal");
  }

  mark(_mark: LogMark): Promise<LogRow> {
    throw new GatewayError("internal");
  }

  replay(_replay: LogReplay, _signal: AbortSignal | undefined): Promise<LogReplayed> {
    throw new GatewayError("internal");
  }

  copy(_id: number, _as: "curl" | "client"): Promise<string> {
    throw new GatewayError("internal");
  }
}
