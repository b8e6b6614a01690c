import { spawn } from "node:child_process";

export interface Outcome {
  /** Null where it could not be started, or a signal ended it. */
  code: number | null;
  /** What it wrote to both its outputs, and why it could not be started. */
  output: string;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** ms; then it is killed. */
  timeout?: number;
}

/** Runs a program to its end. Whatever goes wrong is in the outcome. */
export const run = async (
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> =>
  new Promise((resolve) => {
    const child = spawn(program, args, {
      ...options,
      killSignal: "SIGKILL",
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32" && program === "npm",
    });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", (error) => resolve({ code: null, output: error.message }));
    child.once("close", (code) => resolve({ code, output }));
  });
