import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { GatewayError } from "@local-mcp/contract";
import type { Engine, Log } from "@local-mcp/engine";
import { parseJson } from "../json.ts";
import type { ProfileRoute } from "../profiles/profiles-service.ts";
import type { Principal, Tokens } from "../tokens/tokens.ts";
import { sendError, sendJson, sendRpcError } from "./answers.ts";
import { readBody } from "./body.ts";
import { type Address, checkOrigin, isLoopbackHost } from "./guard.ts";
import { portHolder } from "./port-holder.ts";

/** Slowest client that is waited for before its headers are complete, ms. */
const HEADERS_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 16 * 1024;
/** Idle connections of clients that call again soon stay open, ms. */
const KEEP_ALIVE_MS = 65_000;

export interface HttpServerOptions {
  engine: Engine;
  tokens: Tokens;
  /** The profile at `/mcp/SLUG`. @throws GatewayError profile_not_found */
  profileBySlug(slug: string): ProfileRoute;
  /** The profile that `/mcp` follows. @throws GatewayError no_active_profile */
  activeProfile(): ProfileRoute;
  maxRequestBytes(): number;
  /** The API, for a request that is let in. @returns whether there is such a route */
  api(request: IncomingMessage, response: ServerResponse, principal: Principal): Promise<boolean>;
  openApi(): Promise<unknown>;
  proof(challenge: string): string;
  /** Somebody came to an MCP address with a token that is not valid here. */
  onRefused(userAgent: string | null): void;
  log: Log;
}

/** Streamable HTTP, and HTTP+SSE for clients that know nothing newer. */
const MCP_PATHS = [
  { transport: "http", path: /^\/mcp(?:\/([^/]+))?\/?$/ },
  { transport: "sse", path: /^(?:\/mcp\/([^/]+))?\/sse\/?$/ },
] as const;

interface McpAddress {
  transport: "http" | "sse";
  /** Undefined where the address follows the active profile. */
  slug: string | undefined;
}

function mcpAddress(path: string): McpAddress | null {
  for (const { transport, path: pattern } of MCP_PATHS) {
    const match = pattern.exec(path);
    if (match) return { transport, slug: match[1] };
  }
  return null;
}

/**
 * The one HTTP server: guard, then token, then the body, then the engine or the API. A request that
 * fails at one of them never reaches the next.
 */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  #address: Address = { host: "127.0.0.1", port: 0 };

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#server = createServer(
      {
        headersTimeout: HEADERS_TIMEOUT_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
        maxHeaderSize: MAX_HEADER_BYTES,
        // A call may take as long as its own limit says.
        requestTimeout: 0,
        noDelay: true,
      },
      (request, response) => void this.#handle(request, response),
    );
    // Such as a connection that cannot be taken because too many files are open: the next one may be.
    this.#server.on("error", (error) => {
      if (this.#server.listening) {
        options.log.warn("a connection could not be taken", { error: String(error) });
      }
    });
  }

  /** @returns the base URL. @throws GatewayError port_taken, address_refused */
  async listen(host: string, port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off("error", reject);
        resolve();
      });
    }).catch(async (error: NodeJS.ErrnoException) => {
      throw error.code === "EADDRINUSE"
        ? new GatewayError("port_taken", { port, other: port + 1, holder: await portHolder(port) })
        : new GatewayError("address_refused", { host, port, reason: error.code ?? "unknown" });
    });
    const bound = this.#server.address();
    const boundPort = typeof bound === "object" && bound !== null ? bound.port : port;
    this.#address = { host: inUrl(host), port: boundPort };
    return baseUrl(host, boundPort);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const mcp = mcpAddress(path);
    const read: { message?: unknown } = {};
    try {
      checkOrigin(request, this.#address);
      if (mcp) await this.#serveMcp(request, response, mcp, read);
      else await this.#serveOther(request, response, path);
    } catch (thrown) {
      const error = this.#known(thrown);
      if (!request.complete) {
        // The rest of a refused body is let go by, so that the client gets to read the answer.
        response.shouldKeepAlive = false;
        request.resume();
      }
      if (mcp && error.code === "token_unknown") {
        this.#options.onRefused(request.headers["user-agent"] ?? null);
      }
      if (mcp) sendRpcError(response, error, read.message);
      else sendError(response, error);
    }
  }

  async #serveMcp(
    request: IncomingMessage,
    response: ServerResponse,
    { slug, transport }: McpAddress,
    read: { message?: unknown },
  ): Promise<void> {
    const principal = this.#options.tokens.authenticate(request.headers.authorization);
    const profile = this.#admit(request, principal, slug);
    if (request.method === "POST") read.message = await this.#readMessage(request, principal);
    await this.#options.engine.serve(
      {
        request,
        response,
        body: read.message,
        profileId: slug === undefined ? null : profile.profileId,
        tokenId: principal?.tokenId ?? null,
      },
      profile.profileId,
      transport,
    );
  }

  /** Who may use which profile; whether a profile exists is told to those only who may know. */
  #admit(
    request: IncomingMessage,
    principal: Principal | null,
    slug: string | undefined,
  ): ProfileRoute {
    const find = (): ProfileRoute =>
      slug === undefined ? this.#options.activeProfile() : this.#options.profileBySlug(slug);
    if (principal === null) {
      const profile = orNull(find);
      if (profile?.allowWithoutToken && isLocal(request)) return profile;
      throw new GatewayError("token_missing");
    }
    if (!principal.rights.includes("use"))
      throw new GatewayError("token_lacks_right", { right: "use" });
    const profile = find();
    if (principal.profileId !== null && principal.profileId !== profile.profileId) {
      throw new GatewayError("token_other_profile", { profile: profile.slug });
    }
    return profile;
  }

  async #readMessage(request: IncomingMessage, principal: Principal | null): Promise<unknown> {
    // Without a token the content type is what keeps a web page's plain form out.
    const type = request.headers["content-type"] ?? "";
    if (principal === null && !/^application\/json\b/i.test(type)) {
      throw new GatewayError("unsupported_media_type", { type: type.slice(0, 100) });
    }
    return parseJson(await readBody(request, this.#options.maxRequestBytes()), "body");
  }

  async #serveOther(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ): Promise<void> {
    if (path === "/health" || path === "/ready") {
      this.#serveHealth(request, response);
      return;
    }
    if (path === "/openapi.json") {
      this.#authenticated(request);
      sendJson(response, 200, await this.#options.openApi());
      return;
    }
    if (path.startsWith("/api/")) {
      const principal = this.#authenticated(request);
      // The seeds' curl lines send JSON under a form's content type.
      request.headers["content-type"] = "application/json";
      if (await this.#options.api(request, response, principal)) return;
    }
    throw new GatewayError("route_not_found", { path: path.slice(0, 200) });
  }

  #serveHealth(request: IncomingMessage, response: ServerResponse): void {
    const challenge = new URL(request.url ?? "/", "http://localhost").searchParams.get("challenge");
    const proof = challenge === null ? {} : { proof: this.#options.proof(challenge.slice(0, 128)) };
    sendJson(response, 200, { status: "ok", ...proof });
  }

  #authenticated(request: IncomingMessage): Principal {
    const principal = this.#options.tokens.authenticate(request.headers.authorization);
    if (principal === null) throw new GatewayError("token_missing");
    return principal;
  }

  #known(thrown: unknown): GatewayError {
    if (thrown instanceof GatewayError) return thrown;
    this.#options.log.error("request failed", {
      error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    });
    return new GatewayError("internal");
  }
}

/** The URL at which programs on this computer reach what listens there. */
export const baseUrl = (host: string, port: number): string => {
  const name = inUrl(host);
  return `http://${["0.0.0.0", "[::]"].includes(name) ? "127.0.0.1" : name}:${port}`;
};

const inUrl = (host: string): string => (host.includes(":") ? `[${host}]` : host);

const isLocal = (request: IncomingMessage): boolean => {
  const address = request.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "";
  return isLoopbackHost(address);
};

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof GatewayError) return null;
    throw error;
  }
}
