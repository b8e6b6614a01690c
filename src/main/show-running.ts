import { spawn } from "node:child_process";

/** The app that is asked answers at once or is not there, ms. */
const LIMIT_MS = 10_000;

/**
 * Lets the app that holds the data directory show its window. It was started with another
 * `--data-dir` argument than this one, or this one would have handed over to it; a short-lived launch
 * with the other form reaches it.
 *
 * @returns whether there was such an app
 */
export function askRunningApp(options: { program: string; args: string[] }): Promise<boolean> {
  return new Promise((resolve) => {
    const launch = spawn(options.program, [...options.args, "--show-running"], {
      stdio: "ignore",
      timeout: LIMIT_MS,
    });
    launch.on("error", () => resolve(false));
    launch.on("exit", (code) => resolve(code === 0));
  });
}
