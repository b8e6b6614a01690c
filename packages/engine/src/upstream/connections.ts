import http from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";
import { urlToHttpOptions } from "node:url";
import type { Route } from "../definitions.ts";
import {
  allowedReaches,
  assertAllowed,
  guardedLookup,
  type UrlPolicy,
} from "../network/address-guard.ts";
import { networkFailure, systemCode } from "./failure.ts";
import {
  addressOf,
  credentialsOf,
  proxyFailure,
  proxyRefusal,
  TunnelAgent,
} from "./tunnel-agent.ts";

/** Codes of errors that come before there is a connection. */
const NOT_CONNECTED = [
  "ECONNREFUSED",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "ETIMEDOUT",
];

/**
 * How long a connection is kept idle, ms: balancers commonly close theirs after a minute. A server
 * that says less is believed (`Keep-Alive: timeout`), which Node does only where a limit is set. A
 * tool call that meets the end of a connection fails, as it is never repeated.
 */
const IDLE_MS = 55_000;

/**
 * Keep-alive connections to one upstream, on its route. Not the global agent, so that closing an
 * upstream closes its sockets and nobody else's. Without a proxy each goes to an address that was
 * judged when the name was looked up; a proxy looks names up by itself.
 */
export class Connections {
  readonly #agent: http.Agent;
  /** A proxy that is told the whole URL of each request, as it is for plain HTTP. */
  readonly #forwarder: URL | null;
  readonly #url: URL;
  readonly #policy: UrlPolicy;

  /** `policy` is about who named the URL. */
  constructor(url: URL, { proxy, certificates }: Route, policy: UrlPolicy = "person") {
    this.#url = url;
    this.#policy = policy;
    const isSecure = url.protocol === "https:";
    this.#forwarder = isSecure ? null : proxy;
    const isOverTls = [url, proxy].some((one) => one?.protocol === "https:");
    const secureContext = isOverTls ? trusting(certificates) : undefined;
    const lookup = guardedLookup(allowedReaches(url, policy));
    const kept = { keepAlive: true, timeout: IDLE_MS };
    const options = { ...kept, ...(proxy === null && { lookup }) };
    if (isSecure && proxy) this.#agent = new TunnelAgent(proxy, { ...kept, secureContext });
    else if ((this.#forwarder ?? url).protocol === "https:") {
      this.#agent = new https.Agent({ ...options, secureContext });
    } else this.#agent = new http.Agent(options);
  }

  /** @throws UpstreamFailure where the configured address is one that is never connected to */
  check(): void {
    try {
      assertAllowed(this.#url, this.#policy);
    } catch (error) {
      throw networkFailure(this.#url.host, error);
    }
  }

  /** Begins a request. Its errors and its answer are read with the two methods below. */
  request(
    url: URL,
    options: { method: string; headers: Record<string, string | number> },
  ): http.ClientRequest {
    const proxy = this.#forwarder;
    const agent = this.#agent;
    if (!proxy) {
      const send = url.protocol === "https:" ? https.request : http.request;
      return send(url, { ...options, agent });
    }
    const send = proxy.protocol === "https:" ? https.request : http.request;
    return send({
      ...addressOf(proxy),
      auth: urlToHttpOptions(url).auth,
      method: options.method,
      path: `${url.origin}${url.pathname}${url.search}`,
      headers: { host: url.host, ...options.headers, ...credentialsOf(proxy) },
      agent,
    });
  }

  /** What went wrong, with the proxy named where it is the proxy. */
  failureOf(error: Error): Error {
    if (!this.#forwarder || !NOT_CONNECTED.includes(systemCode(error))) return error;
    return proxyFailure(this.#forwarder, this.#url.host, error);
  }

  /** An answer that is the proxy's and not the server's. */
  refusalOf({ statusCode }: http.IncomingMessage): Error | null {
    return this.#forwarder && statusCode === 407
      ? proxyRefusal(this.#forwarder, this.#url.host, statusCode)
      : null;
  }

  /** Those that are open only to be used again may be dead, which shows at the next use. */
  dropIdle(): void {
    for (const sockets of Object.values(this.#agent.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }

  close(): void {
    this.#agent.destroy();
    // A request that was given up before it had a socket still gets one, and gives it back later.
    this.#agent.on("free", (socket: Duplex) => socket.destroy());
  }
}

/** The last one that was made: each costs about 10 ms and half a megabyte, and all trust the same. */
let trusted: { certificates: string; context: SecureContext } | null = null;

function trusting(certificates: readonly string[]): SecureContext | undefined {
  if (certificates.length === 0) return undefined;
  const known = certificates.join("\n");
  if (trusted?.certificates !== known) {
    const context = createSecureContext({ ca: [...rootCertificates, ...certificates] });
    trusted = { certificates: known, context };
  }
  return trusted.context;
}
