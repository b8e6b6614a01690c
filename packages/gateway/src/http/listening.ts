import type { Server } from "node:http";
import { createServer, type Server as SocketServer } from "node:net";
import { GatewayError } from "@local-mcp/contract";
import { type Log, systemCode } from "@local-mcp/engine";
import { portHolder } from "./port-holder.ts";

/** Addresses that people also write as “localhost”, which many programs look for at ::1 first. */
const ALSO_LOCALHOST = ["127.0.0.1", "localhost", "0.0.0.0"];
/** How often a free port is looked for that is free at both addresses. */
const TRIES = 10;
/** How often it is looked whether ::1 has become free, ms. */
const AGAIN_MS = 30_000;

export interface ListeningOptions {
  server: Server;
  /** What {@link Listening.warning} says is over. */
  onWarning: () => void;
  log: Log;
  againMs?: number;
}

/**
 * The sockets of the HTTP server. With 127.0.0.1 goes the same port of ::1, which is served too:
 * otherwise any program could listen there and be sent the tokens of clients that connect to
 * “localhost”.
 */
export class Listening {
  readonly #options: ListeningOptions;
  #beside: SocketServer | null = null;
  #warning: GatewayError | null = null;
  #again: NodeJS.Timeout | undefined;
  #asked: Promise<void> | null = null;

  constructor(options: ListeningOptions) {
    this.#options = options;
  }

  /** Who has our port at ::1; null where that is us, or nobody can. */
  get warning(): GatewayError | null {
    return this.#warning;
  }

  /** @param port 0 for any free one. @returns the port. @throws GatewayError port_taken, address_refused */
  async open(host: string, port: number): Promise<number> {
    const wanted = host === "localhost" ? "127.0.0.1" : host;
    for (let tries = 1; ; tries++) {
      const bound = await this.#listen(wanted, port);
      if (!ALSO_LOCALHOST.includes(host) || (await this.#listenBeside(bound))) return bound;
      if (port !== 0 || tries === TRIES) {
        await this.#warn(bound);
        return bound;
      }
      await new Promise((resolve) => this.#options.server.close(resolve));
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#again);
    await this.#asked;
    this.#warning = null;
    const { server } = this.#options;
    const beside = this.#beside;
    this.#beside = null;
    const closed = [server, ...(beside ? [beside] : [])].map(
      (one) => new Promise((resolve) => one.close(resolve)),
    );
    server.closeAllConnections();
    await Promise.all(closed);
  }

  async #listen(host: string, port: number): Promise<number> {
    const { server } = this.#options;
    try {
      return await listen(server, host, port);
    } catch (error) {
      const code = systemCode(error);
      throw code === "EADDRINUSE"
        ? new GatewayError("port_taken", { port, other: port + 1, holder: await portHolder(port) })
        : new GatewayError("address_refused", { host, port, reason: code || "unknown" });
    }
  }

  /** @returns false where somebody else has it */
  async #listenBeside(port: number): Promise<boolean> {
    const { server, log } = this.#options;
    // As node:http opens its own.
    const beside = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      server.emit("connection", socket);
    });
    try {
      await listen(beside, "::1", port);
    } catch (error) {
      if (systemCode(error) === "EADDRINUSE") return false;
      // Most often a system without IPv6, where nobody else can listen there either.
      log.info("not listening at ::1", { reason: systemCode(error) || "unknown" });
      return true;
    }
    beside.on("error", (error) => {
      log.warn("a connection could not be taken", { error: String(error) });
    });
    this.#beside = beside;
    return true;
  }

  async #warn(port: number): Promise<void> {
    const { log, againMs = AGAIN_MS } = this.#options;
    const holder = await portHolder(port, { only: "ipv6" });
    const url = `http://127.0.0.1:${port}`;
    this.#warning = new GatewayError("localhost_taken", { port, holder, url });
    // It is in the status, which says it to a person.
    log.info("somebody else is at ::1", { port, holder });
    this.#again = setInterval(() => {
      this.#asked ??= this.#tryAgain(port).finally(() => (this.#asked = null));
    }, againMs);
    this.#again.unref();
  }

  async #tryAgain(port: number): Promise<void> {
    if (!(await this.#listenBeside(port))) return;
    clearInterval(this.#again);
    this.#warning = null;
    this.#options.onWarning();
  }
}

function listen(server: SocketServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      const bound = server.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : port);
    });
  });
}
