import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import tls, { type SecureContext } from "node:tls";
import { systemCode, UpstreamFailure } from "./failure.ts";

/** How long a proxy may take to connect us, ms. */
const CONNECT_MS = 30_000;

/** TLS connections through a proxy, which sees nothing of them but where they go (RFC 9110, 9.3.6). */
export class TunnelAgent extends https.Agent {
  readonly #proxy: URL;
  readonly #secureContext: SecureContext | undefined;
  readonly #toProxy: http.Agent;

  constructor(proxy: URL, options: https.AgentOptions) {
    const { secureContext } = options;
    super(options);
    this.#proxy = proxy;
    this.#secureContext = secureContext;
    this.#toProxy =
      proxy.protocol === "https:" ? new https.Agent({ secureContext }) : new http.Agent();
  }

  override createConnection(
    options: http.ClientRequestArgs,
    callback: (error: Error | null, socket?: Duplex) => void,
  ): undefined {
    const name = options.host ?? "";
    const target = `${name.includes(":") ? `[${name}]` : name}:${options.port ?? 443}`;
    const send = this.#proxy.protocol === "https:" ? https.request : http.request;
    const request = send({
      ...addressOf(this.#proxy),
      method: "CONNECT",
      path: target,
      headers: { host: target, ...credentialsOf(this.#proxy) },
      agent: this.#toProxy,
    });
    request.setTimeout(CONNECT_MS, () => request.destroy(new Error("no answer")));
    request.once("error", (error) => callback(proxyFailure(this.#proxy, target, error)));
    request.once("connect", ({ statusCode = 0 }, socket) => {
      socket.setTimeout(0);
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        callback(proxyRefusal(this.#proxy, target, statusCode));
        return;
      }
      const servername = isIP(name) === 0 ? name : "";
      const ALPNProtocols = ["http/1.1"];
      const secureContext = this.#secureContext;
      callback(null, tls.connect({ socket, host: name, servername, ALPNProtocols, secureContext }));
    });
    request.end();
  }

  override destroy(): void {
    this.#toProxy.destroy();
    super.destroy();
  }
}

export const addressOf = ({ protocol, hostname, port }: URL) => ({
  protocol,
  hostname: hostname.replace(/^\[|\]$/g, ""),
  port: port || (protocol === "https:" ? 443 : 80),
});

export function credentialsOf({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** A “%” that begins no encoded character is one of the password: not everybody encodes theirs. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The proxy itself could not be reached. */
export function proxyFailure(proxy: URL, target: string, error: Error): UpstreamFailure {
  const why = systemCode(error) || error.message;
  const message = `${target} cannot be reached: the proxy ${proxy.host} does not answer (${why}).`;
  return new UpstreamFailure("unreachable", message, { retry: "later", detail: why });
}

/** The proxy answered, but not for the server. */
export function proxyRefusal(proxy: URL, target: string, status: number): UpstreamFailure {
  const why =
    status === 407
      ? `the proxy ${proxy.host} asks for a user and a password`
      : `the proxy ${proxy.host} answered with HTTP status ${status}`;
  return new UpstreamFailure("unreachable", `${target} cannot be reached: ${why}.`, {
    retry: status >= 500 ? "later" : "never",
    detail: null,
  });
}
