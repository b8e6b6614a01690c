/** The operations as one program, which starts in a tenth of the time. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { workers } from "../../rolldown.config.ts";
import { bundle, bundleFile } from "../bundle.ts";
import { environmentOf } from "./stage.ts";

const FOLDER = fileURLToPath(new URL("../../out/crash", import.meta.url));
const PROGRAM = join(FOLDER, "operation.mjs");
const STEADY = join(FOLDER, "steady.mjs");

export async function bundleOperation(): Promise<void> {
  await bundleFile(join(import.meta.dirname, "operation.ts"), PROGRAM);
  await bundleFile(join(import.meta.dirname, "steady.ts"), STEADY);
  for (const worker of workers(FOLDER)) await bundle(worker);
}

/** How an operation is started. */
export const lineOf = (operation: string, directory: string): string[] => [
  process.execPath,
  "--import",
  STEADY,
  PROGRAM,
  directory,
  operation,
];

/** The same for every start of one run. */
const began = String(Date.now());

export const programEnvironment = (directory: string): NodeJS.ProcessEnv => ({
  ...environmentOf(directory),
  OPERATION_BEGAN: began,
  // One thread more would take turns with the first.
  UV_THREADPOOL_SIZE: "1",
});
