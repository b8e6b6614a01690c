import type { GatewayError, Settings } from "@local-mcp/contract";
import type { Paths } from "@local-mcp/database";
import type { Engine, Log, TrafficSink } from "@local-mcp/engine";
import type { Redactor } from "@local-mcp/vault";
import type { Events } from "../events.ts";
import type { ProfilesService } from "../profiles/profiles-service.ts";
import type { ServersService } from "../servers/servers-service.ts";
import { SessionMessages, type SessionMessagesOptions } from "../sessions/session-messages.ts";
import type { Stores } from "../stores.ts";
import type { TrafficFile } from "../traffic/traffic-file.ts";
import { LogsService } from "./logs-service.ts";
import { createLogReader } from "./reader/worker-client.ts";
import { Recording } from "./recording.ts";
import type { Retention } from "./writer/messages.ts";
import { createLogWriter } from "./writer/worker-client.ts";

export interface LogsOptions {
  paths: Pick<Paths, "traffic" | "database">;
  file: Pick<TrafficFile, "guard">;
  stores: Pick<Stores, "logLevels">;
  settings: () => Retention & Pick<Settings, "logLevel" | "sessionMessagesKeepMs">;
  /** Whether what goes to clients in sessions is kept beside these. */
  keepsMessages: SessionMessagesOptions["isKept"];
  /** What it knows to be secret is not written. */
  redactor: Redactor;
  servers: Pick<ServersService, "find">;
  profiles: Pick<ProfilesService, "find" | "list" | "callTool">;
  engine: Pick<Engine, "entries">;
  /** Whether what the gateway's own person asks comes from the app's window. */
  isApp: boolean;
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
  /** What went to clients in sessions. */
  messages: SessionMessages;
  /** What a person should know. */
  readonly warnings: GatewayError[];
  /** Marks what a crash interrupted, and begins to remove what is kept no longer. */
  start(): void;
  /** Stores what was recorded, and lets go of the files. */
  close(): Promise<void>;
}

/** Debug logs: recorded on the way, redacted and written by a thread, read by another. */
export function createLogs(options: LogsOptions): Logs {
  const { paths, file, stores, redactor, log } = options;
  const onBroken = (error: Error): void =>
    log.error("a thread of debug logs broke", { error: error.message });
  const writerThread = createLogWriter({ files: paths, redactor, onBroken });
  const readerThread = createLogReader({ files: paths, redactor, onBroken });
  const writer = file.guard(writerThread);
  const ownName = options.isApp ? "app" : "command line";
  const recording = new Recording({
    ...options,
    writer,
    path: paths.traffic,
    store: stores.logLevels,
    ownName,
    onWritten: (written) => service.onWritten(written),
    onRemoved: () => service.onRemoved(),
  });
  const messages = new SessionMessages({
    ...options,
    path: paths.traffic,
    isKept: options.keepsMessages,
    writer,
  });
  const service: LogsService = new LogsService({
    ...options,
    writer,
    reader: file.guard(readerThread),
    recording,
    ownName,
    redact: (text) => redactor.text(text),
  });
  return {
    sink: messages.along(recording.sink),
    service,
    messages,
    get warnings() {
      return recording.warnings;
    },
    start: () => {
      recording.start();
      messages.start();
    },
    close: async () => {
      service.close();
      // Who writes is the last to let go: one who only reads would leave the file in two parts.
      await Promise.all([recording.close(), messages.close(), readerThread.close()]);
      await writerThread.close();
    },
  };
}
