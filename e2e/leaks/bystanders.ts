import { spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { atEnd } from "../conformance/closing.ts";
import { makeRoot, RunningGateway, seed } from "./gateway.ts";
import { hostile, TINY } from "./kinds.ts";
import { below, kill, processOf, runs, type Running } from "./proc.ts";

/** What the product marks its own processes with; its value here is none that it ever gave. */
const FOREIGN_MARK = { LOCAL_MCP_GATEWAY_PROCESS: "0123456789abcdef.0123456789abcdef.1" };

/** Arguments of a `sleep` that is there at the end of the longest run, seconds. */
export const OUTLIVES = ["86400"];

/** Processes that are none of the gateway's business, and have to be alive at the end. */
export class Bystanders {
  readonly #all: { what: string; process: Running }[] = [];

  /** One that is like the gateway's own servers to look at. */
  static async beside(): Promise<Bystanders> {
    const all = new Bystanders();
    const { command, args } = hostile("ignores-eof");
    await all.start("the same command line as a server", command, args);
    await all.start("a name as a server's child has", "sleep", OUTLIVES);
    await all.start("another's mark", "sleep", OUTLIVES, {
      env: { ...process.env, ...FOREIGN_MARK },
    });
    await all.#otherGateway();
    return all;
  }

  /** Starts one that lives until the end of the run. */
  async start(what: string, command: string, args: string[], options: SpawnOptions = {}) {
    // Its input stays open, as for a server that is served.
    const child = spawn(command, args, { stdio: ["pipe", "ignore", "ignore"], ...options });
    await once(child, "spawn");
    this.#note(what, child.pid ?? 0);
  }

  /** What has gone, as sentences. */
  missing(): string[] {
    return this.#all
      .filter(({ process }) => !runs(process))
      .map(({ what, process: { pid } }) => `a bystander was ended: pid ${pid} (${what})`);
  }

  /** Another gateway, over another directory, with servers of the same names. */
  async #otherGateway(): Promise<void> {
    const servers = { "well-behaved": TINY, "ignores-eof": hostile("ignores-eof") };
    const seeded = await seed(join(makeRoot(), "other"), servers, () => true);
    const gateway = await RunningGateway.start(seeded);
    for (const server of seeded.servers) {
      const state = await gateway.untilReady(server, 20_000);
      if (state !== "ready") throw new Error(`the bystanding gateway's ${server} is ${state}`);
    }
    this.#note("another gateway", gateway.pid);
    for (const { pid } of below(gateway.pid)) this.#note("another gateway's server", pid);
  }

  #note(what: string, pid: number): void {
    const process = processOf(pid);
    if (!process) throw new Error(`a bystander did not start: ${what}`);
    this.#all.push({ what, process });
    atEnd(async () => kill(process));
  }
}
