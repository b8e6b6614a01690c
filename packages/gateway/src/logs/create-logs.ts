import { GatewayError, type Settings } from "@local-mcp/contract";
import type { Paths } from "@local-mcp/database";
import { type Engine, type Log, NO_TRAFFIC, type TrafficSink } from "@local-mcp/engine";
import type { Redactor } from "@local-mcp/vault";
import type { Events } from "../events.ts";
import type { ProfilesService } from "../profiles/profiles-service.ts";
import type { ServersService } from "../servers/servers-service.ts";
import type { Stores } from "../stores.ts";
import type { TrafficFile } from "../traffic/traffic-file.ts";
import { LogsService } from "./logs-service.ts";

export interface LogsOptions {
  paths: Pick<Paths, "traffic" | "database">;
  file: Pick<TrafficFile, "guard">;
  stores: Stores;
  settings: () => Pick<
    Settings,
    "logLevel" | "logBodyBytes" | "logKeepDays" | "logKeepMb" | "logKeepRows"
  >;
  /** What it knows to be secret is not written. */
  redactor: Redactor;
  servers: Pick<ServersService, "find">;
  profiles: Pick<ProfilesService, "find" | "list" | "callTool">;
  engine: Pick<Engine, "entries">;
  /** Where clients find the gateway. */
  address: () => string;
  events: Events;
  /** {@link Logs.warnings} are others now. */
  onWarning: () => void;
  log: Log;
}

export interface Logs {
  /** Told of what passes the router. */
  sink: Omit<TrafficSink, "onExchange">;
  service: LogsService;
  /** What a person should know. */
  readonly warnings: GatewayError[];
  /** Marks what a crash interrupted, and begins to remove what is kept no longer. */
  start(): void;
  /** Stores what was recorded, and lets go of the files. */
  close(): Promise<void>;
}

/** Debug logs: recorded on the way, redacted and written by a thread, read by another. */
export function createLogs(options: LogsOptions): Logs {
  const none = (): never => {
    throw new GatewayError("internal");
  };
  return {
    sink: NO_TRAFFIC,
    service: new LogsService({
      ...options,
      writer: { ask: none },
      reader: { ask: none },
      recording: {
        flush: async () => {},
        state: none,
        levels: () => [],
        setLevel: none,
        uncap: none,
        cap: none,
        clear: none,
      },
      redact: (text) => options.redactor.text(text),
    }),
    warnings: [],
    start: () => {},
    close: async () => {},
  };
}
