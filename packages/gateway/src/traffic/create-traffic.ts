import type { GatewayError } from "@local-mcp/contract";
import type { TrafficSink } from "@local-mcp/engine";
import type { ClientsService } from "../clients/clients-service.ts";
import { createLogs, type LogsOptions } from "../logs/create-logs.ts";
import type { LogsService } from "../logs/logs-service.ts";
import type { SessionMessages } from "../sessions/session-messages.ts";
import { MetricsService, type MetricsOptions } from "../metrics/metrics-service.ts";
import { TrafficFile } from "./traffic-file.ts";

export type TrafficOptions = Omit<LogsOptions & MetricsOptions, "redact" | "file">;

/** What is kept of calls, in `traffic.db`. */
export interface Traffic {
  metrics: MetricsService;
  logs: LogsService;
  messages: SessionMessages;
  sink: Omit<TrafficSink, "onExchange">;
  /** What a person should know. */
  readonly warnings: GatewayError[];
  start(): void;
  /** Stores what was told of, and lets go of the files. */
  close(): Promise<void>;
}

export function createTraffic(options: TrafficOptions): Traffic {
  const { paths, events, log } = options;
  const file = new TrafficFile({
    path: paths.traffic,
    onGone: () => {
      logs.service.onGone();
      events.publish({ type: "logs.changed" });
    },
    onSetAside: options.onWarning,
    log,
  });
  const metrics = new MetricsService({
    ...options,
    file,
    redact: (text) => options.redactor.text(text),
  });
  const logs = createLogs({ ...options, file });
  return {
    metrics,
    logs: logs.service,
    messages: logs.messages,
    sink: logs.sink,
    get warnings() {
      return [...metrics.warnings, ...logs.warnings, file.warning].filter((one) => one !== null);
    },
    start: () => {
      metrics.start();
      logs.start();
    },
    close: async () => {
      await Promise.all([metrics.close(), logs.close()]);
    },
  };
}

/** Who is told of what passes the router. */
interface Listeners {
  clients: Pick<ClientsService, "onExchange">;
  traffic: Pick<Traffic, "metrics" | "sink">;
}

/** @param listeners asked for when something passes, since the engine is there before them */
export const trafficTo = (listeners: () => Listeners): TrafficSink => ({
  onExchange: (exchange) => {
    const { clients, traffic } = listeners();
    clients.onExchange(exchange);
    traffic.metrics.onExchange(exchange);
  },
  onRequest: (request) => listeners().traffic.sink.onRequest(request),
  onClientNotification: (...seen) => listeners().traffic.sink.onClientNotification(...seen),
  onNotified: (...seen) => listeners().traffic.sink.onNotified(...seen),
  ofServer: (serverId) => listeners().traffic.sink.ofServer(serverId),
});
