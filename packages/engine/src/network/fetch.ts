import type http from "node:http";
import { GatewayError } from "@local-mcp/contract";
import type { Route } from "../definitions.ts";
import { formatBytes } from "../text.ts";
import { unlessAborted } from "../time.ts";
import { Connections } from "../upstream/connections.ts";
import { networkFailure } from "../upstream/failure.ts";
import { discard, exchange, readBytes, TooLargeError } from "../upstream/http-exchange.ts";
import { assertAllowed, blockedText, onSameOrigin, type UrlPolicy } from "./address-guard.ts";

/** The part of the Fetch standard that sign-ins and REST tools need; a body is there as a whole. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

export interface FetchInit {
  method?: string;
  headers?: Record<string, string>;
  body?: string | URLSearchParams | null;
  signal?: AbortSignal;
}

export interface FetchOptions {
  /** Which way an address is reached. */
  routeTo: (url: URL) => Route;
  /** Which addresses may be asked, redirects included. */
  policy: UrlPolicy;
  /** Until the whole answer is there, ms. */
  timeoutMs?: number;
  maxBytes?: number;
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 1024 * 1024;
const MOST_REDIRECTS = 3;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** Answers that have no body (Fetch standard, null body status). */
const BODILESS: readonly number[] = [204, 205, 304];

/**
 * Exchanges with addresses that others have named. Each is judged as the policy says
 * ({@link assertAllowed}), again after the name was looked up, and again for each redirect. Only GET
 * follows redirects, three at most; another origin is given no header of ours but `accept`. Nothing
 * is sent twice. Resolves once the whole answer is there.
 *
 * @throws GatewayError address_blocked, host_unreachable (caused by {@link TooLateError} or
 * {@link TooLargeError} where that is so), and request_cancelled where the signal was aborted. None
 * of them tells what was sent, or the path or query it was sent to.
 */
export function createFetch(options: FetchOptions): Fetch {
  return async (address, init) => {
    if (!URL.canParse(address)) throw blockedText();
    return new Asked(options, new URL(address), init).answer();
  };
}

/** There was no whole answer within the time that it was given. */
export class TooLateError extends Error {
  constructor() {
    super("too late");
    this.name = "TooLateError";
  }
}

/** One exchange, redirects included. */
class Asked {
  readonly #options: FetchOptions;
  readonly #method: string;
  readonly #body: string | undefined;
  #headers: Record<string, string>;
  #url: URL;
  readonly #signal: AbortSignal | undefined;

  constructor(options: FetchOptions, url: URL, init: FetchInit) {
    const { method = "GET", headers = {}, body, signal } = init;
    const lowerCased = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    this.#options = options;
    this.#url = url;
    this.#method = method;
    this.#signal = signal;
    this.#body = body?.toString();
    this.#headers = {
      accept: "*/*",
      ...(body instanceof URLSearchParams && { "content-type": FORM }),
      ...Object.fromEntries(lowerCased),
      // Of packed bytes one would not know how many they are before they are unpacked.
      "accept-encoding": "identity",
    };
  }

  async answer(): Promise<Response> {
    const { timeoutMs = TIMEOUT_MS } = this.#options;
    const over = new AbortController();
    const late = `it did not answer within ${timeoutMs / 1000} s.`;
    const onLate = (): void => over.abort(this.#unreachable(late, new TooLateError()));
    const onCancelled = (): void => over.abort(new GatewayError("request_cancelled"));
    const timer = setTimeout(onLate, timeoutMs);
    this.#signal?.addEventListener("abort", onCancelled);
    if (this.#signal?.aborted) onCancelled();
    try {
      return await this.#followed(over.signal);
    } finally {
      clearTimeout(timer);
      this.#signal?.removeEventListener("abort", onCancelled);
    }
  }

  async #followed(over: AbortSignal): Promise<Response> {
    for (let followed = 0; followed <= MOST_REDIRECTS; followed += 1) {
      const response = await this.#once(over);
      const target = this.#movedTo(response);
      if (target === null) return response;
      this.#headers = headersTo(target, this.#url, this.#headers);
      this.#url = target;
    }
    throw this.#unreachable("it redirects again and again.");
  }

  /** Null where the answer is no redirect that is followed. */
  #movedTo({ status, headers }: Response): URL | null {
    const location = headers.get("location");
    if (this.#method !== "GET" || !REDIRECTS.includes(status) || location === null) return null;
    if (!URL.canParse(location, this.#url)) return null;
    return onSameOrigin(location, this.#url) ?? withoutUser(new URL(location, this.#url));
  }

  async #once(over: AbortSignal): Promise<Response> {
    const { policy } = this.#options;
    assertAllowed(this.#url, policy);
    over.throwIfAborted();
    const connections = new Connections(this.#url, this.#options.routeTo(this.#url), policy);
    try {
      return await unlessAborted(over, this.#read(connections, over));
    } catch (error) {
      throw error instanceof GatewayError ? error : this.#failure(error);
    } finally {
      connections.close();
    }
  }

  async #read(connections: Connections, over: AbortSignal): Promise<Response> {
    const { maxBytes = MAX_BYTES } = this.#options;
    const response = await exchange(
      {
        url: this.#url,
        method: this.#method,
        headers: this.#headers,
        body: this.#body,
        connections,
      },
      // Also one that has no connection yet, which would otherwise still be sent.
      (request) => over.addEventListener("abort", () => request.destroy(), { once: true }),
    );
    const status = response.statusCode ?? 0;
    const encoding = response.headers["content-encoding"] ?? "identity";
    if (status < 200 || status > 599 || encoding !== "identity") {
      discard(response);
      const packed = encoding === "identity" ? "" : ": it is packed, which was not asked for";
      throw this.#unreachable(`its answer cannot be read${packed}.`);
    }
    const bytes = await readBytes(response, maxBytes);
    const body = BODILESS.includes(status) ? null : new Uint8Array(bytes);
    return new Response(body, { status, headers: headersOf(response) });
  }

  #failure(error: unknown): GatewayError {
    if (error instanceof TooLargeError) {
      const limit = formatBytes(this.#options.maxBytes ?? MAX_BYTES);
      return this.#unreachable(`it answered more than ${limit}.`, error);
    }
    const failure = networkFailure(this.#url.host, error);
    // In the middle of a sentence that has named the host.
    const { host } = this.#url;
    const reason = failure.message.replace(`${host} cannot`, "it cannot").replace(/^The /, "the ");
    return this.#unreachable(reason, failure);
  }

  #unreachable(reason: string, cause?: unknown): GatewayError {
    return new GatewayError("host_unreachable", { host: this.#url.host, reason }, { cause });
  }
}

const FORM = "application/x-www-form-urlencoded;charset=UTF-8";

/** Another origin learns nothing, nor does the one it sends us back to. */
const headersTo = (
  target: URL,
  from: URL,
  headers: Record<string, string>,
): Record<string, string> => {
  if (target.origin === from.origin) return headers;
  const { accept = "*/*", "accept-encoding": encoding = "identity" } = headers;
  return { accept, "accept-encoding": encoding };
};

function withoutUser(url: URL): URL {
  url.username = "";
  url.password = "";
  return url;
}

/** Some are there more than once. */
function headersOf({ headersDistinct }: http.IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}
