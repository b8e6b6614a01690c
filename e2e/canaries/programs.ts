import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { CLI } from "../command-line.ts";
import { atEnd } from "../conformance/closing.ts";
import type { Stage } from "./stage.ts";

interface ProgramOptions {
  env?: NodeJS.ProcessEnv;
  stdin?: string;
}

/** A program of the run, of which everything it prints is heard. */
export class Program {
  readonly child: ChildProcess;
  readonly #stage: Stage;
  readonly #name: string;
  readonly #written: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
  readonly #closed: Promise<unknown>;

  constructor(stage: Stage, name: string, args: string[], options: ProgramOptions = {}) {
    this.#stage = stage;
    this.#name = name;
    const child = spawn(process.execPath, args, {
      env: { ...stage.env, ...options.env },
      cwd: stage.work,
      stdio: "pipe",
    });
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].on("data", (bytes: Buffer) => this.#written[stream].push(bytes));
    }
    // A program may end without having read what it was given.
    child.stdin.on("error", () => {});
    child.stdin.end(options.stdin ?? "");
    this.child = child;
    this.#closed = once(child, "close");
    atEnd(async () => {
      if (this.isRunning) await this.end("SIGKILL");
    });
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  text(stream: "stdout" | "stderr"): string {
    return Buffer.concat(this.#written[stream]).toString("utf8");
  }

  /** Waits until it has printed a line on its stdout. @returns that line */
  async line(): Promise<string> {
    for (;;) {
      const [line, ...rest] = this.text("stdout").split("\n");
      if (line !== undefined && rest.length > 0) return line;
      if (!this.isRunning) throw new Error(`${this.#name} ended: ${this.text("stderr")}`);
      const { stdout } = this.child;
      if (stdout !== null) await Promise.race([once(stdout, "data"), this.#closed]);
    }
  }

  /** Waits until it has ended and hands over what it said. @returns its exit code */
  async ended(): Promise<number | null> {
    await this.#closed;
    for (const stream of ["stdout", "stderr"] as const) {
      this.#stage.heard(`${stream} of ${this.#name}`, Buffer.concat(this.#written[stream]));
    }
    return this.child.exitCode;
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.ended();
  }
}

/** Runs a command on the data directory of the run. @returns what it printed */
export const command = async (
  stage: Stage,
  args: string[],
  options: ProgramOptions = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> => {
  const words = ["--data-dir", stage.dataDir, ...args];
  const program = new Program(stage, args.join(" "), [CLI, ...words], options);
  const code = await program.ended();
  return { code, stdout: program.text("stdout"), stderr: program.text("stderr") };
};
