import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { GatewayError } from "@local-mcp/contract";

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];

export const isLoopbackHost = (host: string): boolean =>
  LOOPBACK_NAMES.includes(host) || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));

/** Where we listen, as far as a request is judged by it. */
export interface Address {
  host: string;
  port: number;
}

/**
 * Refuses what a web page could send, before anything of the request is parsed (MCP 2025-11-25,
 * transports, security warning; DNS rebinding). A page that rebinds its name to this address still
 * sends its own name in Host, and a page anywhere sends its Origin.
 *
 * @throws GatewayError host_refused, origin_refused
 */
export function checkOrigin(request: IncomingMessage, address: Address): void {
  const hosts = headerValues(request, "host");
  const [host] = hosts;
  if (hosts.length !== 1 || host === undefined || !isOurHost(host, address)) {
    throw new GatewayError("host_refused", {
      host: hosts.join(", ").slice(0, 200),
      url: `http://${address.host}:${address.port}`,
    });
  }
  if (!request.url?.startsWith("/")) {
    throw new GatewayError("host_refused", {
      host: (request.url ?? "").slice(0, 200),
      url: `http://${address.host}:${address.port}`,
    });
  }
  for (const origin of headerValues(request, "origin")) {
    if (!isOurOrigin(origin, address)) refuseOrigin(origin);
  }
  // Sent by browsers even where Origin is not, for example with a plain GET.
  if (request.headers["sec-fetch-site"] === "cross-site") refuseOrigin("another site");
}

function refuseOrigin(origin: string): never {
  throw new GatewayError("origin_refused", { origin: origin.slice(0, 200) });
}

/** Repeated headers too: Node keeps only the first of some, and an attacker picks which. */
function headerValues(request: IncomingMessage, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    if (request.rawHeaders[at]?.toLowerCase() === name)
      values.push(request.rawHeaders[at + 1] ?? "");
  }
  return values;
}

/**
 * Any port passes: a forwarded one is still this machine, and rebinding is about names. Beyond
 * loopback any address passes too, since only names can be rebound.
 */
function isOurHost(header: string, address: Address): boolean {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::\d{1,5})?$/.exec(header);
  const host = match?.[1]?.toLowerCase();
  if (host === undefined) return false;
  if (LOOPBACK_NAMES.includes(host)) return true;
  if (isLoopbackHost(address.host)) return false;
  return host === address.host.toLowerCase() || isIP(host.replace(/^\[|\]$/g, "")) !== 0;
}

/** Our own pages, and nothing else that a browser shows. */
function isOurOrigin(origin: string, address: Address): boolean {
  const hosts = [...LOOPBACK_NAMES, address.host];
  return hosts.some((host) => origin.toLowerCase() === `http://${host}:${address.port}`);
}
