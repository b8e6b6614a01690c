import type { Log } from "@local-mcp/engine";
import type { Redactor } from "@local-mcp/vault";

type LogLevel = "info" | "warn" | "error";
export type LogSink = (line: string, level: LogLevel) => void;

/** One line of JSON per entry, without what is secret in it. */
export const createLog = (sink: LogSink, redactor: Redactor): Log => {
  const write = (level: LogLevel, message: string, fields: Record<string, unknown> = {}): void => {
    const time = new Date().toISOString();
    sink(JSON.stringify(redactor.json({ time, level, message, ...fields })), level);
  };
  return {
    info: (message, fields) => write("info", message, fields),
    warn: (message, fields) => write("warn", message, fields),
    error: (message, fields) => write("error", message, fields),
  };
};
