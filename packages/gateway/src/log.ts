import type { Log } from "@local-mcp/engine";

type LogLevel = "info" | "warn" | "error";
export type LogSink = (line: string, level: LogLevel) => void;

/** One line of JSON per entry. What is logged is chosen by the caller and holds no secret. */
export const createLog = (sink: LogSink): Log => {
  const write = (level: LogLevel, message: string, fields: Record<string, unknown> = {}): void =>
    sink(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }), level);
  return {
    info: (message, fields) => write("info", message, fields),
    warn: (message, fields) => write("warn", message, fields),
    error: (message, fields) => write("error", message, fields),
  };
};
