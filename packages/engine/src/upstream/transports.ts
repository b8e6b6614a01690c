import type { Launch } from "../definitions.ts";
import type { Processes } from "../processes/processes.ts";
import { failureBehind } from "./failure.ts";
import { HttpTransport } from "./http-transport.ts";
import { SseTransport } from "./sse-transport.ts";
import { StdioTransport } from "./stdio-transport.ts";
import type { Transport } from "./transport.ts";

export interface TransportOptions {
  server: { id: string; name: string };
  launch: Launch;
  maxMessageBytes: number;
  /** Takes care of what is started. */
  processes: Processes;
}

/** The transport for a way to start or reach a server; nothing is begun yet. */
export function createTransport(options: TransportOptions): Transport {
  const { server, launch, maxMessageBytes, processes } = options;
  const { name } = server;
  if (launch.transport === "stdio") {
    return new StdioTransport({ server, launch, maxMessageBytes, processes });
  }
  if (launch.transport === "sse") return new SseTransport({ name, launch, maxMessageBytes });
  return new HttpTransport({ name, launch, maxMessageBytes });
}

/** How a server of 2024-11-05 refuses an `initialize` that is posted to it. */
const NOT_STREAMABLE: readonly number[] = [400, 404, 405];

/**
 * Runs a legacy handshake, and where the server refuses it as one that speaks HTTP+SSE does, runs
 * it once more over that, at the same URL (MCP 2025-11-25, transports, backwards compatibility).
 * Where that fails too the first failure is told: it is about the address as it was configured.
 *
 * @param connect opens a transport for the launch it is given, shakes hands, and cleans up after
 * itself where it fails
 */
export async function overEitherHttp<T>(
  launch: Launch,
  connect: (launch: Launch) => Promise<T>,
): Promise<T> {
  try {
    return await connect(launch);
  } catch (error) {
    const failure = failureBehind(error);
    const isRefused = NOT_STREAMABLE.some((status) => status === failure?.status);
    if (launch.transport !== "http" || !isRefused || failure?.sessionLost) throw error;
    return connect({ ...launch, transport: "sse" }).catch(() => Promise.reject(error));
  }
}
