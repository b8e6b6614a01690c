import { GatewayError, type Problem } from "@local-mcp/contract";
import { problemOf } from "../problem.ts";

export interface EndpointOptions {
  http: {
    /** @returns the base URL. @throws GatewayError port_taken, address_refused */
    listen(host: string, port: number): Promise<string>;
    close(): Promise<void>;
  };
  /** Where it is wanted now. */
  wanted: () => { host: string; port: number };
  /** Others may come to the URL from now on. */
  onOpened: (url: string) => void;
  /** Nobody is served at the URL any more. */
  onClosed: () => void;
}

/**
 * Where the gateway is reached. Opened, moved and closed one after another, however many ask for it
 * at once; what is closed is never opened again.
 */
export class Endpoint {
  readonly #options: EndpointOptions;
  #open: { url: string; place: string } | null = null;
  #problem: Problem | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: EndpointOptions) {
    this.#options = options;
  }

  /** Null while nothing listens. */
  get url(): string | null {
    return this.#open?.url ?? null;
  }

  /** Why nothing listens though it should. */
  get problem(): Problem | null {
    return this.#problem;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Listens where it is wanted now, and nowhere else.
   *
   * @returns the base URL. @throws GatewayError port_taken, address_refused, shutting_down
   */
  open(): Promise<string> {
    return this.#inTurn(async () => {
      if (this.#closed) throw new GatewayError("shutting_down");
      const { host, port } = this.#options.wanted();
      const place = JSON.stringify([host, port]);
      if (this.#open?.place === place) return this.#open.url;
      await this.#leave();
      try {
        const url = await this.#options.http.listen(host, port);
        this.#open = { url, place };
        this.#problem = null;
        this.#options.onOpened(url);
        return url;
      } catch (error) {
        await this.#leave();
        if (error instanceof GatewayError) this.#problem = problemOf(error);
        throw error;
      }
    });
  }

  /** Ends it for good, also where it is being opened. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#inTurn(() => this.#leave());
  }

  async #leave(): Promise<void> {
    if (!this.#open) return;
    this.#open = null;
    this.#options.onClosed();
    await this.#options.http.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    // Whoever asked is told of a failure; whoever comes next begins anew.
    this.#turn = result.catch(() => {});
    return result;
  }
}
