import { pause } from "../command-line.ts";
import type { McpClient } from "../fixtures/mcp-client.ts";

/** Between an answer and the next call, ms. */
const PACE_MS = 4;

/** Calls a well-behaved server all the time, one call after another, and times the answers. */
export class Steady {
  /** Of all answers since it was last emptied, ms. */
  times: number[] = [];
  readonly failures: string[] = [];
  #running = true;
  readonly #done: Promise<void>;

  /** @param tool the name that the client knows it by */
  constructor(client: McpClient, tool: string) {
    this.#done = this.#run(client, tool);
  }

  /** Takes what was timed, and begins anew. */
  take(): number[] {
    return this.times.splice(0);
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#done;
  }

  async #run(client: McpClient, tool: string): Promise<void> {
    while (this.#running) {
      const began = performance.now();
      try {
        await client.request("tools/call", { name: tool, arguments: { message: "steady" } });
        this.times.push(performance.now() - began);
      } catch (error) {
        this.failures.push(String(error).slice(0, 200));
      }
      await pause(PACE_MS);
    }
  }
}
