import { type ClientContext, DynamicLink } from "@orpc/client";
import { RPCLink } from "@orpc/client/message-port";

/** What the preload script waits for, with one port. */
const HANDSHAKE = "local-mcp-gateway:port";

/** A line to the main process. Each call opens a new one; the process lets the one before go. */
function open(): RPCLink<ClientContext> {
  const { port1, port2 } = new MessageChannel();
  window.postMessage(HANDSHAKE, window.origin, [port2]);
  port1.start();
  return new RPCLink({ port: port1 });
}

/** Whether these are the pages that a headless gateway serves, and not those of the app. */
export const isInBrowser = window.location.pathname.startsWith("/admin/");

let current = isInBrowser ? null : open();

/** Whoever holds the link keeps working after a {@link reconnect}. */
export const link = new DynamicLink(
  async () => current ?? (await import("../browser/link.ts")).browserLink,
);

/** Opens a new line to the main process. Over HTTP each call has its own. */
export function reconnect(): void {
  if (current !== null) current = open();
}
