import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { descendants, isAlive } from "./processes.ts";

/** The bundle that users run. */
export const CLI = fileURLToPath(new URL("../out/cli/index.mjs", import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** What a program that was just started comes to. */
export const outcomeOf = (child: ChildProcessByStdio<null, Readable, Readable>): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const outcome: Outcome = { code: null, stdout: "", stderr: "" };
    child.stdout.on("data", (bytes: Buffer) => (outcome.stdout += bytes.toString("utf8")));
    child.stderr.on("data", (bytes: Buffer) => (outcome.stderr += bytes.toString("utf8")));
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...outcome, code }));
  });

export const run = (args: string[], env: NodeJS.ProcessEnv): Promise<Outcome> =>
  outcomeOf(spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] }));

const readyLine = z.object({ event: z.literal("ready"), url: z.url(), pid: z.number() });

/** A gateway that serves, as a process of its own. */
export class Serving {
  readonly child: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.child = child;
    this.url = url;
  }

  /** Starts one and waits for its ready line. */
  static async start(
    dataDir: string,
    env: NodeJS.ProcessEnv,
    options: { port?: number } = {},
  ): Promise<Serving> {
    const args = [CLI, "serve", "--port", String(options.port ?? 0), "--data-dir", dataDir];
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString("utf8")));
    const line = await new Promise<string>((resolve, reject) => {
      createInterface(child.stdout).once("line", resolve);
      child.once("exit", (code) => reject(new Error(`serve ended with ${code}: ${stderr}`)));
    });
    const { url, pid } = readyLine.parse(JSON.parse(line));
    if (pid !== child.pid) throw new Error("the ready line names another process");
    return new Serving(child, url);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Its own processes, at this moment. */
  family(): number[] {
    return descendants(this.child.pid ?? 0);
  }

  /** @returns the exit code, and which of its processes outlived it */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<{ code: number | null; left: number[] }> {
    const family = this.family();
    const exited = once(this.child, "exit");
    this.child.kill(signal);
    await exited;
    // A killed gateway cannot end its servers; the end of their input does, within a moment.
    for (let tries = 0; tries < 100 && family.some(isAlive); tries += 1) await pause(100);
    return { code: this.child.exitCode, left: family.filter(isAlive) };
  }
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** Asks again until `read` gives something, or the time is over. */
export const eventually = async <T>(
  read: () => Promise<T | undefined>,
  withinMs: number,
): Promise<T | undefined> => {
  const end = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (value !== undefined || Date.now() > end) return value;
    await pause(250);
  }
};
