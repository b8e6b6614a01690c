import type http from "node:http";
import { GatewayError } from "@local-mcp/contract";
import type { AccessRefusal, Authorization, Launch } from "../definitions.ts";
import { knownError } from "../known-error.ts";
import { excerpt } from "../text.ts";
import { unlessAborted } from "../time.ts";
import { bearerChallenge } from "./challenge.ts";
import { UpstreamFailure } from "./failure.ts";
import { discard } from "./http-exchange.ts";

type Headers = Record<string, string>;
/** Begins a request at once, and resolves with the head of the answer. */
type Begin = (headers: Headers) => Promise<http.IncomingMessage>;

/** A scope (RFC 6749, 3.3), and as much of all as a person is shown. */
const SCOPE = /[\u0021\u0023-\u005b\u005d-\u007e]+/g;
const SHOWN_SCOPES = 200;

/**
 * What the requests of one connection show of who sends them: the configured headers and, where
 * there is one, the value of an {@link Authorization}, asked for each request. Such requests are
 * begun in the order in which they are given here.
 */
export class Credentials {
  readonly #name: string;
  readonly #host: string;
  readonly #authorization: Authorization | undefined;
  readonly #headers: Headers;
  /** Over when those given before have been begun, or came to nothing. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(name: string, launch: Extract<Launch, { transport: "http" | "sse" }>) {
    this.#name = name;
    this.#host = new URL(launch.url).host;
    this.#authorization = launch.authorization;
    // One that is configured never goes along with it.
    this.#headers = launch.authorization ? withoutAuthorization(launch.headers) : launch.headers;
  }

  /** Whether what is shown changes, so that a server which refuses it can be asked again. */
  get isRenewable(): boolean {
    return this.#authorization !== undefined;
  }

  /**
   * Sends a request. Where the server turns it away, unread, for who sent it, it is sent once more
   * if there is something else to show by then.
   *
   * @throws UpstreamFailure where what is to be shown cannot be had, now or at all; the signal's
   * reason where it is aborted before the request is begun
   */
  async send(signal: AbortSignal, begin: Begin): Promise<http.IncomingMessage> {
    const authorization = this.#authorization;
    if (!authorization) return begin(this.#headers);
    const { used, response } = await this.#inTurn(authorization, signal, begin);
    const turned = turnedAway(response);
    if (!turned) return response;
    discard(response);
    const isRenewed = await asked(signal, authorization.refused({ ...turned, used }));
    if (!isRenewed) return response;
    const again = await this.#inTurn(authorization, signal, begin);
    const still = turnedAway(again.response);
    // Told all the same: it is about what was renewed just now. It is not sent a third time.
    if (still) await asked(signal, authorization.refused({ ...still, used: again.used }));
    return again.response;
  }

  /** The same without another try. */
  async sendOnce(signal: AbortSignal, begin: Begin): Promise<http.IncomingMessage> {
    const authorization = this.#authorization;
    if (!authorization) return begin(this.#headers);
    return (await this.#inTurn(authorization, signal, begin)).response;
  }

  /**
   * Why an answer is of no use, where that is for who asked; null otherwise. It is a failure of the
   * server where it wants credentials, and a GatewayError, with such a failure behind it, where the
   * sign-in does not allow this one request.
   */
  refusalOf(response: http.IncomingMessage): UpstreamFailure | GatewayError | null {
    const turned = turnedAway(response);
    if (turned?.status === 401) return this.#failure(`${this.#host} wants credentials.`, 401);
    if (!turned || !this.#authorization) return null;
    const scopes = excerpt(turned.challenge.scope?.match(SCOPE)?.join(", ") ?? "", SHOWN_SCOPES);
    const params = { server: this.#name, scopes: scopes || "it does not say what is missing" };
    const { message } = new GatewayError("sign_in_scope_missing", params);
    return new GatewayError("sign_in_scope_missing", params, {
      cause: this.#failure(message, 403),
    });
  }

  #failure(message: string, status: number): UpstreamFailure {
    const neverProcessed = true;
    return new UpstreamFailure("sign_in", message, { retry: "never", status, neverProcessed });
  }

  async #inTurn(
    authorization: Authorization,
    signal: AbortSignal,
    begin: Begin,
  ): Promise<{ used: string | null; response: http.IncomingMessage }> {
    const begun = this.#turn.then(async () => {
      signal.throwIfAborted();
      const used = await asked(signal, authorization.header());
      const shown: Headers = used === null ? {} : { authorization: used };
      // Not awaited: the next one waits until this one is begun, and not until it is answered.
      return { used, answer: begin({ ...this.#headers, ...shown }) };
    });
    // Whoever sends it is told, and nobody else has to wait for it.
    this.#turn = begun.catch(() => {});
    const { used, answer } = await begun;
    return { used, response: await answer };
  }
}

/** What a server said of a request that it did not read for who sent it (RFC 6750, 3.1). */
function turnedAway(response: http.IncomingMessage): Omit<AccessRefusal, "used"> | null {
  const { statusCode } = response;
  if (statusCode !== 401 && statusCode !== 403) return null;
  const challenge = bearerChallenge(response.headersDistinct["www-authenticate"] ?? []);
  if (statusCode === 403 && challenge.error !== "insufficient_scope") return null;
  return { status: statusCode, challenge };
}

/** What an {@link Authorization} answers, while anybody waits for it. */
async function asked<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  try {
    const value = await unlessAborted(signal, answer);
    signal.throwIfAborted();
    return value;
  } catch (error) {
    throw signal.aborted ? error : failureToShow(error);
  }
}

/** Why there is nothing to show, told of a request that was not sent for it. */
function failureToShow(thrown: unknown): UpstreamFailure {
  const error = knownError(thrown);
  const isPassing = error.code === "sign_in_not_renewed";
  const code = error.code.startsWith("vault_") ? "vault" : "secret";
  return new UpstreamFailure(isPassing ? "unreachable" : code, error.message, {
    retry: isPassing ? "later" : "never",
    detail: error.wayOut,
    cause: thrown,
    neverProcessed: true,
  });
}

const withoutAuthorization = (headers: Headers): Headers =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization"),
  );
