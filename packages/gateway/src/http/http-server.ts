import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type ErrorCode, GatewayError } from "@local-mcp/contract";
import type { Engine, Log } from "@local-mcp/engine";
import { parseJson } from "../json.ts";
import type { ProfileRoute } from "../profiles/profiles-service.ts";
import { ownerOf, type Principal } from "../tokens/principal.ts";
import type { Tokens } from "../tokens/tokens.ts";
import { FOR_NO_PAGE, sendError, sendJson, sendRpcError } from "./answers.ts";
import type { Answer } from "./backup-routes.ts";
import { letPass, readBody } from "./body.ts";
import {
  type Address,
  addressOf,
  ANY_ADDRESS,
  checkMethod,
  checkOrigin,
  isBearer,
  isLocal,
  isFromPage,
  isLoopbackHost,
  pathOf,
  READS,
} from "./guard.ts";
import { Listening } from "./listening.ts";
import { OpenAnswers } from "./open-answers.ts";
import { Unhurried } from "./unhurried.ts";

/** Slowest client that is waited for before its headers are complete, ms. */
const HEADERS_TIMEOUT_MS = 10_000;
/** The same for the whole request; a call may take as long as its own limit says. */
const REQUEST_TIMEOUT_MS = 300_000;
/** How often the two are looked at, ms. */
const TIMEOUTS_EVERY_MS = 2000;
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
  /** The pages for a browser. @returns whether there is such a file */
  page(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /** What answers at a path of the API whose bodies are files; null at all others. */
  files(path: string): Answer | null;
  /** What answers at a path beside the API that only who is known may come to; null at all others. */
  atRoot(path: string): Answer | null;
  openApi(): Promise<unknown>;
  proof(challenge: string): string;
  /** A request was answered with an error; `address` is where it came from. */
  onError(error: GatewayError, address: string): void;
  /** Somebody came to an MCP address with a token that is not valid here. */
  onRefused(userAgent: string | null): void;
  /** {@link HttpServer.warning} is over. */
  onWarning(): void;
  log: Log;
}

/** What a client reads that sends a token which is not valid here. */
const NOT_VALID: readonly ErrorCode[] = ["token_unknown", "token_refused", "too_many_failures"];

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
  readonly #listening: Listening;
  readonly #open = new OpenAnswers();
  readonly #unhurried: Unhurried;
  #address: Address = { host: "127.0.0.1", port: 0 };

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#server = createServer(
      {
        headersTimeout: HEADERS_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        connectionsCheckingInterval: TIMEOUTS_EVERY_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
        maxHeaderSize: MAX_HEADER_BYTES,
        noDelay: true,
      },
      (request, response) => void this.#handle(request, response),
    );
    this.#unhurried = new Unhurried(this.#server);
    // Their bytes are limited; what comes after so many would be left out without a word.
    this.#server.maxHeadersCount = 0;
    // Such as a connection that cannot be taken because too many files are open: the next one may be.
    this.#server.on("error", (error) => {
      if (this.#server.listening) {
        options.log.warn("a connection could not be taken", { error: String(error) });
      }
    });
    this.#listening = new Listening({
      server: this.#server,
      onWarning: () => options.onWarning(),
      log: options.log,
    });
  }

  /** What a person should know of the address though it is served. */
  get warning(): GatewayError | null {
    return this.#listening.warning;
  }

  /** @returns the base URL. @throws GatewayError port_taken, address_refused */
  async listen(host: string, port: number): Promise<string> {
    const bound = await this.#listening.open(host, port);
    this.#address = { host: inUrl(host), port: bound };
    return baseUrl(host, bound);
  }

  close(): Promise<void> {
    return this.#listening.close();
  }

  /** Breaks off what a token has open that did not end otherwise. Its answers are not delivered. */
  endOf(tokenId: string): void {
    this.#open.endOf(tokenId);
  }

  hasOpen(tokenId: string): boolean {
    return this.#open.has(tokenId);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request);
    const mcp = mcpAddress(path);
    const read: { message?: unknown } = {};
    try {
      checkOrigin(request, this.#address);
      if (mcp) await this.#serveMcp(request, response, mcp, read);
      else await this.#serveOther(request, response, path);
    } catch (thrown) {
      // The client has left, or was left, while it still wrote.
      if (response.destroyed && isCut(thrown)) return;
      const error = this.#known(thrown);
      this.#options.onError(error, addressOf(request));
      if (mcp && NOT_VALID.includes(error.code)) {
        this.#options.onRefused(request.headers["user-agent"] ?? null);
      }
      const openUntil = request.complete ? null : letPass(request);
      if (openUntil !== null) response.shouldKeepAlive = false;
      if (mcp) sendRpcError(response, error, read.message, openUntil);
      else sendError(response, error, openUntil);
    }
  }

  async #serveMcp(
    request: IncomingMessage,
    response: ServerResponse,
    { slug, transport }: McpAddress,
    read: { message?: unknown },
  ): Promise<void> {
    const principal = await this.#authenticate(request);
    const profile = this.#admit(request, principal, slug);
    if (!profile.enabled) throw new GatewayError("profile_off", { profile: profile.slug });
    if (principal) this.#open.add(response, principal, true);
    if (request.method === "POST") read.message = await this.#readMessage(request);
    // While its body was on the way: what has begun gets to end, but nothing begins any more.
    if (principal && this.#options.tokens.isRevoked(principal)) {
      throw new GatewayError("token_unknown");
    }
    await this.#options.engine.serve(
      {
        request,
        response,
        body: read.message,
        profileId: slug === undefined ? null : profile.profileId,
        tokenId: principal === null ? null : ownerOf(principal),
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
      const profile = isLoopbackHost(this.#address.host) && isLocal(request) ? orNull(find) : null;
      if (profile?.allowWithoutToken) return profile;
      throw new GatewayError("token_missing");
    }
    if (!principal.rights.includes("use"))
      throw new GatewayError("token_lacks_right", { right: "use" });
    const isForOne = principal.profileId !== null;
    const profile = isForOne && slug !== undefined ? orNull(find) : find();
    if (profile === null || (isForOne && principal.profileId !== profile.profileId)) {
      const asked = profile?.slug ?? slug ?? "";
      throw new GatewayError("token_other_profile", { profile: asked.slice(0, 200) });
    }
    return profile;
  }

  async #readMessage(request: IncomingMessage): Promise<unknown> {
    checkContentType(request);
    return parseJson(await readBody(request, this.#options.maxRequestBytes()), "body");
  }

  async #serveOther(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ): Promise<void> {
    if (path === "/health" || path === "/ready") {
      checkMethod(request, READS);
      this.#serveHealth(request, response);
      return;
    }
    if (await this.#options.page(request, response)) return;
    const nothing = new GatewayError("route_not_found", { path: path.slice(0, 200) });
    // Clients look here for a sign-in, which is not how one comes in.
    if (path.startsWith("/.well-known/")) throw nothing;
    // Who is not known is not told what there is.
    const known = await this.#authenticate(request);
    if (known === null) throw new GatewayError("token_missing");
    const principal = { ...known, isPage: isFromPage(request) };
    this.#open.add(response, principal, false);
    if (path === "/openapi.json") {
      checkMethod(request, READS);
      sendJson(response, 200, await this.#options.openApi());
      return;
    }
    const atRoot = this.#options.atRoot(path);
    if (atRoot) {
      if (!WITHOUT_BODY.includes(request.method ?? "")) checkContentType(request);
      await atRoot(request, response, principal);
      return;
    }
    if (!path.startsWith("/api/")) throw nothing;
    const file = this.#options.files(path);
    if (file) {
      await this.#unhurried.run(() => file(request, response, principal));
      return;
    }
    if (request.method === "POST") checkContentType(request);
    // The seeds' curl lines send JSON under a form's content type.
    request.headers["content-type"] = "application/json";
    for (const [name, value] of Object.entries(FOR_NO_PAGE)) response.setHeader(name, value);
    if (!(await this.#options.api(request, response, principal))) throw nothing;
  }

  #serveHealth(request: IncomingMessage, response: ServerResponse): void {
    const challenge = new URL(request.url ?? "/", "http://localhost").searchParams.get("challenge");
    const proof = challenge === null ? {} : { proof: this.#options.proof(challenge.slice(0, 128)) };
    sendJson(response, 200, { status: "ok", ...proof });
  }

  #authenticate(request: IncomingMessage): Promise<Principal | null> {
    return this.#options.tokens.authenticate(request.headers.authorization, addressOf(request));
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
  return `http://${ANY_ADDRESS.includes(name) ? "127.0.0.1" : name}:${port}`;
};

/** Nothing of a body is read. */
const WITHOUT_BODY: readonly string[] = [...READS, "DELETE"];

const inUrl = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** How a stream says that the other end has gone. */
const CUTS: readonly unknown[] = ["ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE"];

const isCut = (thrown: unknown): boolean =>
  thrown instanceof Error && "code" in thrown && CUTS.includes(thrown.code);

/**
 * With a bearer token a body is JSON whatever its content type says, since the seeds' curl lines
 * send a form's. Without one, or with a password that a browser may add by itself, the content type
 * is what keeps a web page's plain form out.
 *
 * @throws GatewayError unsupported_media_type
 */
function checkContentType(request: IncomingMessage): void {
  const type = request.headers["content-type"] ?? "";
  if (isBearer(request) || /^application\/json\s*(;|$)/i.test(type)) return;
  throw new GatewayError("unsupported_media_type", { type: type.slice(0, 100) });
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof GatewayError) return null;
    throw error;
  }
}
