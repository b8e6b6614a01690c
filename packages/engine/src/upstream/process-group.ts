import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { systemCode } from "./failure.ts";

/** How long each step of an orderly end may take, ms. */
export interface StopTimes {
  afterEof: number;
  afterTerm: number;
}
const STOP_TIMES: StopTimes = { afterEof: 1500, afterTerm: 1500 };

const POLL_MS = 20;

/**
 * A child started as the leader of its own process group, so that ending it also ends what it
 * started: `npx` and `sh -c` do not pass signals on.
 */
export class ProcessGroup {
  readonly #child: ChildProcess;
  #exited = false;

  /** `child` was spawned with `detached` (except on Windows, which has no process groups). */
  constructor(child: ChildProcess) {
    this.#child = child;
    child.once("exit", () => {
      this.#exited = true;
    });
  }

  /** End of stdin, then SIGTERM, then SIGKILL, each with its time (MCP stdio, shutdown). */
  async stop(times: StopTimes = STOP_TIMES): Promise<void> {
    this.#child.stdin?.end();
    if (await this.#gone(times.afterEof)) return;
    this.#signal("SIGTERM");
    if (await this.#gone(times.afterTerm)) return;
    this.#signal("SIGKILL");
    await this.#gone(times.afterTerm);
  }

  /** Ends what a leader that has exited by itself left behind. */
  async sweep(): Promise<void> {
    if (!this.#alive()) return;
    this.#signal("SIGTERM");
    if (await this.#gone(STOP_TIMES.afterTerm)) return;
    this.#signal("SIGKILL");
  }

  async #gone(withinMs: number): Promise<boolean> {
    for (let waited = 0; waited < withinMs; waited += POLL_MS) {
      if (!this.#alive()) return true;
      await sleep(POLL_MS);
    }
    return !this.#alive();
  }

  #alive(): boolean {
    const { pid } = this.#child;
    if (pid === undefined) return false;
    if (process.platform === "win32") return !this.#exited;
    try {
      process.kill(-pid, 0);
      return true;
    } catch (error) {
      return systemCode(error) === "EPERM";
    }
  }

  #signal(signal: "SIGTERM" | "SIGKILL"): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    if (process.platform === "win32") {
      // Windows has no SIGTERM for others: the tree is ended at once.
      spawn("taskkill", ["/pid", String(pid), "/T", "/F"], { windowsHide: true, stdio: "ignore" });
      return;
    }
    try {
      process.kill(-pid, signal);
    } catch (error) {
      // It ended between the look and the signal, which is what we wanted; or it has become another
      // user's, as under sudo, and the end of its input was all that we can give it.
      if (!["ESRCH", "EPERM"].includes(systemCode(error))) throw error;
    }
  }
}
