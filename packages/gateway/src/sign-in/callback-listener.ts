import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Page, PAGE_HEADERS, pageHtml } from "./callback-page.ts";

/** Runs something after so many ms; gives back how not to. */
export type After = (ms: number, run: () => void) => () => void;

/** What is shown to a browser that came back. */
export interface Shown {
  page: Page;
  /** Nothing more is expected, whatever else comes. */
  isLast: boolean;
}
/** Never rejects. */
type Answered = (answer: URLSearchParams) => Promise<Shown>;

const HOST = "127.0.0.1";
const CALLBACK = "/callback";
/** Without a port, or for 0, of any port, as authorization servers take it (RFC 8252, 7.3). */
export const redirectUri = (port: number | null): string =>
  `http://${HOST}${port ? `:${port}` : ""}${CALLBACK}`;
/** Where the last page is shown, so that the answer itself leaves the address bar. */
const LAST = "/done";
/** A browser follows at once, or not at all; ms. */
const LINGER_MS = 2000;
/** For a request to arrive, ms. */
const PATIENCE_MS = 10_000;

/**
 * Where a browser comes back to after a visit to an authorization server (RFC 8252, 7.3): one
 * address of this computer, open for as long as a sign-in is under way.
 */
export class CallbackListener {
  readonly port: number;
  readonly redirectUri: string;
  readonly #server: Server;
  readonly #after: After;
  #answered: Answered | null = null;
  #answering = 0;
  #lastPage: Page | null = null;
  #isLeaving = false;
  #closed: Promise<void> | null = null;

  private constructor(server: Server, port: number, after: After) {
    this.#server = server;
    this.#after = after;
    this.port = port;
    this.redirectUri = redirectUri(port);
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.#receive(request, response);
    });
  }

  /**
   * Listens on the first of `ports` that can be had; 0 is any that is free.
   *
   * @throws what the system says of the last one
   */
  static async open(ports: readonly number[], after: After): Promise<CallbackListener> {
    for (const [at, port] of ports.entries()) {
      try {
        const { server, port: given } = await listen(port);
        return new CallbackListener(server, given, after);
      } catch (error) {
        if (at === ports.length - 1) throw error;
      }
    }
    throw new RangeError("There is no port to listen on.");
  }

  /** Begins to take answers. What comes before is turned away. */
  serve(answered: Answered): void {
    this.#answered = answered;
  }

  /** Closes once a browser that is being answered has seen the last page, and soon anyway. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    if (this.#answering > 0 || this.#lastPage !== null) {
      await new Promise<void>((resolve) => {
        const cancel = this.#after(LINGER_MS, resolve);
        this.#server.once("close", () => {
          cancel();
          resolve();
        });
      });
    }
    await this.close();
  }

  /** Closes now, whoever is connected. The port is free when it resolves. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    return this.#closed;
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = "" } = request;
    const [path, ...query] = url.split("?");
    if (method !== "GET") turnAway(response, 405, { allow: "GET" });
    else if (!this.#isForUs(request)) turnAway(response, 403);
    else if (path === CALLBACK && this.#answered !== null) {
      void this.#answer(this.#answered, new URLSearchParams(query.join("?")), response);
    } else if (path === LAST && this.#lastPage !== null) this.#showLast(this.#lastPage, response);
    else turnAway(response, 404);
  }

  /**
   * A page that rebinds its name to this address still sends that name, and what a page loads by
   * itself is no visit (Fetch Metadata).
   */
  #isForUs({ headersDistinct }: IncomingMessage): boolean {
    const visits = headersDistinct["sec-fetch-dest"] ?? ["document"];
    const [host, ...more] = headersDistinct.host ?? [];
    const own = [`${HOST}:${this.port}`, `localhost:${this.port}`];
    return (
      host !== undefined &&
      more.length === 0 &&
      own.includes(host.toLowerCase()) &&
      visits.every((dest) => dest === "document")
    );
  }

  async #answer(
    answered: Answered,
    answer: URLSearchParams,
    response: ServerResponse,
  ): Promise<void> {
    this.#answering += 1;
    const { page, isLast } = await answered(answer);
    this.#answering -= 1;
    if (!isLast) {
      response.once("close", () => {
        if (this.#isLeaving) void this.close();
      });
      show(response, 400, page);
      return;
    }
    this.#lastPage = page;
    response.writeHead(303, { ...PAGE_HEADERS, location: LAST }).end();
  }

  #showLast(page: Page, response: ServerResponse): void {
    this.#lastPage = null;
    this.#answering += 1;
    response.once("close", () => {
      this.#answering -= 1;
      void this.close();
    });
    show(response, 200, page);
  }
}

async function listen(port: number): Promise<{ server: Server; port: number }> {
  const server = createServer({
    headersTimeout: PATIENCE_MS,
    requestTimeout: PATIENCE_MS,
    connectionsCheckingInterval: PATIENCE_MS,
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: HOST, port, exclusive: true }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("There is no port.");
  return { server, port: address.port };
}

function turnAway(
  response: ServerResponse,
  status: number,
  headers: { allow?: string } = {},
): void {
  response.writeHead(status, { ...PAGE_HEADERS, ...headers }).end();
}

function show(response: ServerResponse, status: number, page: Page): void {
  response
    .writeHead(status, { ...PAGE_HEADERS, "content-type": "text/html; charset=utf-8" })
    .end(pageHtml(page));
}
