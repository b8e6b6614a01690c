/** Changes that are really killed, each in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleFile } from "../bundle.ts";
import type { Change } from "./changes.ts";
import { KILLING_CALLS } from "./disk.ts";
import type { Keys } from "./stage.ts";

const OUTPUT = fileURLToPath(new URL("../../out/rotation/change.mjs", import.meta.url));

/** One bundle, which starts in a tenth of the time. */
export const bundleChange = (): Promise<void> =>
  bundleFile(join(import.meta.dirname, "change.ts"), OUTPUT);

export const lineOf = (change: Change, directory: string, keys: Keys): string[] => [
  process.execPath,
  OUTPUT,
  directory,
  change.name,
  JSON.stringify(keys),
];

/** Runs it until it is killed or done. @returns whether it was killed */
async function run(line: string[], killAfterMs: number | null): Promise<boolean> {
  const [program = "", ...args] = line;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => (said += bytes.toString()));
  if (killAfterMs !== null) {
    child.stdout.once("data", () => setTimeout(() => child.kill("SIGKILL"), killAfterMs));
  }
  const [code, signal]: (number | string | null)[] = await once(child, "close");
  // strace ends as the program that it follows has.
  if (signal === "SIGKILL") return true;
  if (code === 0) return false;
  throw new Error(`the change ended with ${code ?? signal}: ${said}`);
}

/** @param step which of its calls that change a file kills it, from 1 */
export const killAtStep = (line: string[], step: number): Promise<boolean> => {
  const inject = `inject=${KILLING_CALLS}:signal=KILL:when=${step}`;
  return run(["strace", "-f", "-o", "/dev/null", "-e", inject, ...line], null);
};

/** @param ms after it has begun */
export const killAfter = (line: string[], ms: number): Promise<boolean> => run(line, ms);
