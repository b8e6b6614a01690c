import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { CLI } from "../e2e/command-line.ts";
import { LEAN_ALLOCATOR, LEAN_HEAP } from "../packages/cli/src/lean-memory.ts";
import { secretOf } from "./backup-data.ts";
import type { Felt } from "./backup-probe.ts";
import { computedByThread } from "./cpu.ts";
import { forgetPeak, peakOf } from "./memory.ts";

const PROBE = fileURLToPath(new URL("backup-probe.ts", import.meta.url));

const runtime = z.object({ url: z.url(), token: z.string() });

/** A gateway that serves as users run it, with a probe in it. */
export class ProbedGateway {
  readonly #child: ChildProcess;
  readonly #runtime: z.infer<typeof runtime>;

  private constructor(child: ChildProcess, dataDir: string) {
    this.#child = child;
    this.#runtime = runtime.parse(JSON.parse(readFileSync(join(dataDir, "runtime.json"), "utf8")));
  }

  /** @param env what it has beside the path of commands */
  static async start(
    dataDir: string,
    env: NodeJS.ProcessEnv = { HOME: dataDir, AUTH_ENCRYPTION_SECRET: secretOf(dataDir) },
  ): Promise<ProbedGateway> {
    const serve = ["serve", "--port", "0", "--data-dir", dataDir];
    const args = [...LEAN_HEAP, "--import", PROBE, CLI, ...serve];
    const child = spawn(process.execPath, args, {
      // With a channel it cannot begin anew with it.
      env: { PATH: process.env["PATH"], ...env, ...LEAN_ALLOCATOR },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    if (!child.stdout || !child.stderr) throw new Error("it has no output");
    let said = "";
    child.stderr.on("data", (bytes: Buffer) => (said += bytes.toString()));
    const ended = once(child, "exit").then(() => {
      throw new Error(`the gateway did not start: ${said}`);
    });
    await Promise.race([once(createInterface(child.stdout), "line"), ended]);
    ended.catch(() => undefined);
    return new ProbedGateway(child, dataDir);
  }

  get url(): string {
    return this.#runtime.url;
  }

  begin(): void {
    this.#child.send("begin");
    forgetPeak(this.#child.pid ?? 0);
  }

  async end(): Promise<Felt & { rssPeak: number }> {
    const answer = once(this.#child, "message");
    this.#child.send("end");
    const [felt]: Felt[] = await answer;
    if (!felt) throw new Error("the probe has said nothing");
    return { ...felt, rssPeak: peakOf(this.#child.pid ?? 0) };
  }

  /** How long the thread that serves calls has computed, ms. */
  get served(): number {
    const pid = this.#child.pid ?? 0;
    return computedByThread(pid, pid);
  }

  /** Asks its API, with the token that it left for its user. */
  async ask(method: string, path: string, body?: object): Promise<unknown> {
    const { url, token } = this.#runtime;
    const answer = await fetch(`${url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return answer.json();
  }

  async close(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill(signal);
    await ended;
  }
}
