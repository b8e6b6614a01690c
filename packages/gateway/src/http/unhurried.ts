import type { Server } from "node:http";

/**
 * Lets single requests take longer than the server's limit for a whole request, which Node has for
 * all of them only. While one of these is under way the limit rests; slow ones of other clients are
 * ended right after. Whoever uses it ends a request that stalls.
 */
export class Unhurried {
  readonly #server: Server;
  readonly #limitMs: number;
  #underWay = 0;

  constructor(server: Server) {
    this.#server = server;
    this.#limitMs = server.requestTimeout;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    this.#server.requestTimeout = 0;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#server.requestTimeout = this.#limitMs;
    }
  }
}
