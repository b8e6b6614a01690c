import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { systemCode } from "../upstream/failure.ts";

const POLL_MS = 20;

/**
 * A child started as the leader of its own process group, so that ending it also ends what it
 * started: `npx` and `sh -c` do not pass signals on.
 */
export class ProcessGroup {
  readonly #child: ChildProcess;
  #isGone = false;

  /** `child` was spawned with `detached` (except on Windows, which has no process groups). */
  constructor(child: ChildProcess) {
    this.#child = child;
    // At once: a number of a group is given out anew when no member is left.
    child.once("exit", () => this.#look());
  }

  /** Its number, which is the leader's; null where it has none, or has no member any more. */
  get id(): number | null {
    return process.platform === "win32" || this.isGone ? null : (this.#child.pid ?? null);
  }

  /** Whether no member is left. Members that have ended and wait for their parent still count. */
  get isGone(): boolean {
    if (!this.#isGone) this.#look();
    return this.#isGone;
  }

  signal(signal: "SIGTERM" | "SIGKILL"): void {
    const { pid } = this.#child;
    if (pid === undefined || this.isGone) return;
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

  /** End of stdin, then SIGTERM, then SIGKILL, each with its time, ms. */
  async stop(times: { afterEof: number; afterTerm: number }): Promise<void> {
    this.#child.stdin?.end();
    if (await this.#goneWithin(times.afterEof)) return;
    this.signal("SIGTERM");
    if (await this.#goneWithin(times.afterTerm)) return;
    this.signal("SIGKILL");
    await this.#goneWithin(times.afterTerm);
  }

  async #goneWithin(ms: number): Promise<boolean> {
    for (let waited = 0; waited < ms && !this.isGone; waited += POLL_MS) await sleep(POLL_MS);
    return this.isGone;
  }

  #look(): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined) this.#isGone = true;
    else if (process.platform === "win32") this.#isGone = exitCode !== null || signalCode !== null;
    else this.#isGone = !isThere(-pid);
  }
}

/** Whether a process is there, or a group where `target` is below zero; also one of another user. */
export function isThere(target: number): boolean {
  try {
    process.kill(target, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
