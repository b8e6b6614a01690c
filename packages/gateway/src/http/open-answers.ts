import type { ServerResponse } from "node:http";
import { InFlight } from "@local-mcp/engine";
import { ownerOf, type Principal } from "../tokens/principal.ts";

/**
 * How long what MCP has open gets to end in its own words, ms: streams with a last event, calls
 * with an error. What the engine has ended by then carries nothing new.
 */
const GRACE_MS = 250;
/** The longest time a timer of Node counts, ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Open {
  owner: string;
  response: ServerResponse;
  endsByItself: boolean;
}

/** Answers under way, by who is answered, so that they end with the right to them. */
export class OpenAnswers {
  readonly #open = new InFlight<number, Open>();
  #lastKey = 0;

  /** Until it is over. `endsByItself`: the engine ends it too when its token is revoked. */
  add(response: ServerResponse, principal: Principal, endsByItself: boolean): void {
    const key = (this.#lastKey += 1);
    this.#open.set(key, { owner: ownerOf(principal), response, endsByItself });
    const { expiresAt } = principal;
    const expiry =
      expiresAt === null
        ? undefined
        : setTimeout(
            () => response.destroy(),
            Math.min(Math.max(0, expiresAt - Date.now()), LONGEST_TIMER_MS),
          );
    response.once("close", () => {
      clearTimeout(expiry);
      this.#open.delete(key);
    });
  }

  has(owner: string): boolean {
    return this.#of(owner).length > 0;
  }

  /** Breaks off whatever is open: nothing more of it is delivered. */
  endOf(owner: string): void {
    const all = this.#of(owner);
    for (const { response, endsByItself } of all) if (!endsByItself) response.destroy();
    setTimeout(() => {
      for (const { response } of all) response.destroy();
    }, GRACE_MS).unref();
  }

  #of(owner: string): Open[] {
    return [...this.#open.values()].filter((open) => open.owner === owner);
  }
}
