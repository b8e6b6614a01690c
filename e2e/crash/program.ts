/** The operations as one program, which starts in a tenth of the time. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RolldownOptions, rolldown } from "rolldown";
import { cli, workers } from "../../rolldown.config.ts";
import { environmentOf } from "./stage.ts";

const FOLDER = fileURLToPath(new URL("../../out/crash", import.meta.url));
const PROGRAM = join(FOLDER, "operation.mjs");
const STEADY = join(FOLDER, "steady.mjs");

const bundle = async ({ output, ...input }: RolldownOptions): Promise<void> => {
  const built = await rolldown(input);
  for (const one of [output ?? []].flat()) await built.write(one);
  await built.close();
};

const ours = (name: string, file: string): RolldownOptions => ({
  ...cli,
  input: join(import.meta.dirname, name),
  output: { ...cli.output, file, banner: "" },
});

export async function bundleOperation(): Promise<void> {
  await bundle(ours("operation.ts", PROGRAM));
  await bundle(ours("steady.ts", STEADY));
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
