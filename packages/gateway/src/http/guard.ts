import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { GatewayError } from "@local-mcp/contract";

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];

export const isLoopbackHost = (host: string): boolean =>
  LOOPBACK_NAMES.includes(host) || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));

/** Every address of this computer; nobody can connect to them by these. */
export const ANY_ADDRESS = ["0.0.0.0", "[::]"];

/** Where we listen, as far as a request is judged by it. */
export interface Address {
  host: string;
  port: number;
}

/** Of several, Node keeps one or joins them; what is decided by must not depend on which. */
const ONCE = [
  "authorization",
  "content-type",
  "last-event-id",
  "mcp-protocol-version",
  "mcp-session-id",
];
const JUDGED = ["host", "origin", "sec-fetch-site", "sec-fetch-mode", ...ONCE];

/** What a proxy adds, so that who comes through one on this computer is not taken for local. */
const FORWARDED = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/** Relations to the page behind a request in which it is ours or there is none (Fetch metadata). */
const OWN_SITES = ["same-origin", "none"];

/**
 * Refuses what a web page could send, before anything of the request is parsed (MCP 2025-11-25,
 * transports, security warning; DNS rebinding). A page that rebinds its name to this address still
 * sends its own name in Host, and a page anywhere sends its Origin.
 *
 * @throws GatewayError host_refused, origin_refused, header_repeated
 */
export function checkOrigin(request: IncomingMessage, address: Address): void {
  const headers = judgedHeaders(request);
  const values = (name: string): string[] => headers.get(name) ?? [];
  const hosts = values("host");
  const [host] = hosts;
  if (hosts.length !== 1 || host === undefined || !isOurHost(host, address)) {
    refuseHost(hosts.join(", "), address);
  }
  if (!request.url?.startsWith("/")) refuseHost(request.url ?? "", address);
  for (const origin of values("origin")) {
    if (!isOurOrigin(origin, address)) refuseOrigin(origin);
  }
  // Sent by browsers even where Origin is not, for example with a plain GET. A page at another port
  // of this computer is of the same site, and no more ours than any other.
  for (const site of values("sec-fetch-site")) {
    if (!OWN_SITES.includes(site)) refuseOrigin("another site");
  }
  // A form that is sent by navigating: no program does that.
  if (values("sec-fetch-mode").includes("navigate") && !READS.includes(request.method ?? "")) {
    refuseOrigin("a form");
  }
  for (const name of ONCE) {
    if (values(name).length > 1) throw new GatewayError("header_repeated", { name });
  }
}

/** Whether it comes from a program on this computer, and not through one from elsewhere. */
export function isLocal(request: IncomingMessage): boolean {
  const address = addressOf(request).replace(/^::ffff:/, "");
  return isLoopbackHost(address) && FORWARDED.every((name) => !(name in request.headers));
}

export const addressOf = (request: IncomingMessage): string => request.socket.remoteAddress ?? "";

export const pathOf = ({ url = "/" }: IncomingMessage): string => url.split("?", 1)[0] ?? "/";

/** What cannot be decoded is the name of nothing, as whoever looks for it will say. */
export function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** Methods that only read. */
export const READS: readonly string[] = ["GET", "HEAD"];

/** @throws GatewayError method_not_allowed */
export function checkMethod(request: IncomingMessage, allowed: readonly string[]): void {
  const { method = "" } = request;
  if (allowed.includes(method)) return;
  const path = pathOf(request).slice(0, 200);
  throw new GatewayError("method_not_allowed", { method, path, allowed: allowed.join(" or ") });
}

/**
 * Whether a browser sends it, which says so itself and lets no page take that away. Without TLS, of
 * another computer, it says only where a change comes from.
 */
export const isFromPage = ({ headers }: IncomingMessage): boolean =>
  "sec-fetch-site" in headers || "origin" in headers;

/** Whether it brings a token, which no browser adds by itself. */
export const isBearer = ({ headers }: IncomingMessage): boolean =>
  /^bearer /i.test(headers.authorization ?? "");

function refuseHost(host: string, { host: own, port }: Address): never {
  throw new GatewayError("host_refused", {
    host: host.slice(0, 200),
    url: `http://${ANY_ADDRESS.includes(own) ? "127.0.0.1" : own}:${port}`,
  });
}

function refuseOrigin(origin: string): never {
  throw new GatewayError("origin_refused", { origin: origin.slice(0, 200) });
}

/** Repeated ones too: Node keeps only the first of some, and an attacker picks which. */
function judgedHeaders({ rawHeaders }: IncomingMessage): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? "";
    if (!JUDGED.includes(name)) continue;
    const values = found.get(name);
    const value = rawHeaders[at + 1] ?? "";
    if (values) values.push(value);
    else found.set(name, [value]);
  }
  return found;
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
