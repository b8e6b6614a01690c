/** A gateway that is going to be killed, with clients that use it until then. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { CLI, pause } from "../command-line.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { descendants, isAlive } from "../processes.ts";
import { environmentOf, PASSPHRASE } from "./stage.ts";

/** Calls that make something last; where each takes a moment, a step can be hit that takes none. */
const SLOWED = "fsync,fdatasync,rename,unlink";
const SLOW =
  `-f --seccomp-bpf -o /dev/null -e trace=${SLOWED} -e inject=${SLOWED}:delay_enter=15000`.split(
    " ",
  );

/** Longest that a killed gateway may be outlived by what it started, ms. */
const GONE_MS = 15_000;

const runtimeSchema = z.object({ pid: z.number(), url: z.string(), token: z.string() });
const jobSchema = z.object({
  job: z.object({ state: z.string(), phase: z.string(), problem: z.unknown() }).nullable(),
});
export type Job = NonNullable<z.infer<typeof jobSchema>["job"]>;

/** Starts the command line over a directory. */
export const startCommand = (dataDir: string, args: string[], isSlow: boolean): ChildProcess => {
  const line = [process.execPath, CLI, ...args, "--data-dir", dataDir];
  const [program = "", ...rest] = isSlow ? ["strace", ...SLOW, ...line] : line;
  const env = {
    ...environmentOf(dataDir),
    BACKUP_PASSPHRASE: PASSPHRASE,
    UV_USE_IO_URING: "0",
  };
  return spawn(program, rest, { env, stdio: ["ignore", "pipe", "pipe"] });
};

/** Kills what a command runs as, and waits until nothing of it is left. @returns what is */
export async function killAll(child: ChildProcess, pid: number): Promise<number[]> {
  // At once: it would be past its step before all that it has started is found.
  if (isAlive(pid)) process.kill(pid, "SIGSTOP");
  const family = [pid, ...descendants(pid)];
  const closed = child.exitCode === null && child.signalCode === null ? once(child, "exit") : null;
  if (isAlive(pid)) process.kill(pid, "SIGKILL");
  await closed;
  const end = performance.now() + GONE_MS;
  while (family.some(isAlive) && performance.now() < end) await pause(10);
  return family.filter(isAlive);
}

export class Victim {
  readonly #child: ChildProcess;
  readonly #runtime: z.infer<typeof runtimeSchema>;
  readonly #stopped = new AbortController();
  readonly #busy: Promise<void>[] = [];
  /** Names of tokens that were made, and said to be. */
  readonly acknowledged: string[] = [];
  /** Calls of tools that were answered. */
  calls = 0;

  private constructor(child: ChildProcess, runtime: z.infer<typeof runtimeSchema>) {
    this.#child = child;
    this.#runtime = runtime;
  }

  static async start(dataDir: string, isSlow: boolean): Promise<Victim> {
    const child = startCommand(dataDir, ["serve", "--port", "0"], isSlow);
    let said = "";
    child.stderr?.on("data", (bytes: Buffer) => (said += bytes.toString()));
    if (!child.stdout) throw new Error("it has no output");
    const lines = createInterface(child.stdout);
    await Promise.race([
      once(lines, "line"),
      once(child, "exit").then(() => Promise.reject(new Error(`serve did not start: ${said}`))),
    ]);
    const runtime: unknown = JSON.parse(readFileSync(join(dataDir, "runtime.json"), "utf8"));
    const victim = new Victim(child, runtimeSchema.parse(runtime));
    victim.#busy.push(victim.#call(), victim.#write());
    return victim;
  }

  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.#runtime.url}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#runtime.token}`,
        "content-type": "application/json",
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: this.#stopped.signal,
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** The job under way or the last one; undefined while nobody answers. */
  async job(): Promise<Job | null | undefined> {
    try {
      return jobSchema.parse(await this.ask("GET", "/backups/job")).job;
    } catch {
      // It is being restored, and serves nothing.
      return undefined;
    }
  }

  /** @returns processes of it that are still there */
  async kill(): Promise<number[]> {
    const left = await killAll(this.#child, this.#runtime.pid);
    this.#stopped.abort();
    await Promise.all(this.#busy);
    return left;
  }

  get #isOver(): boolean {
    return this.#stopped.signal.aborted;
  }

  /** Uses a server, as an assistant would. */
  async #call(): Promise<void> {
    while (!this.#isOver) {
      try {
        const client = new McpClient(`${this.#runtime.url}/mcp/staged`);
        await client.initialize();
        while (!this.#isOver) {
          await client.request("tools/call", { name: "echo" });
          this.calls += 1;
          await pause(5);
        }
      } catch {
        // Whoever is cut off connects again.
        await pause(20);
      }
    }
  }

  /** Changes something, and counts on it once it was told that it is done. */
  async #write(): Promise<void> {
    for (let count = 1; !this.#isOver; count += 1) {
      try {
        await this.ask("POST", "/tokens", { name: `write ${count}` });
        this.acknowledged.push(`write ${count}`);
      } catch {
        // Nothing was promised.
      }
      await pause(20);
    }
  }
}
