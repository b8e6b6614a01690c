import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "rolldown";
import { WORKERS, workers } from "../rolldown.config.ts";

const OUT = join(import.meta.dirname, "../out");

const inTests = (name: string): string => join(OUT, `tests-${name}.mjs`);

/**
 * A thread that reads sources takes a second of a core to load them. So tests start the bundles, as
 * the app does. They are put in place whole: another run may read them.
 */
export default async function setup(): Promise<void> {
  mkdirSync(OUT, { recursive: true });
  const made = mkdtempSync(join(OUT, "tests-"));
  await build(workers(made));
  for (const name of Object.keys(WORKERS)) renameSync(join(made, `${name}.mjs`), inTests(name));
  rmSync(made, { recursive: true });
}

/** Leads to the bundle, where the source says the source. */
export const inBundledWorker = {
  name: "in-bundled-worker",
  transform: (code: string, id: string): string | undefined =>
    id.endsWith("/worker-client.ts")
      ? code.replace(
          /"\.\/worker\.ts" : "\.\/([\w-]+)\.mjs"/,
          (_, name: string) => `"${pathToFileURL(inTests(name)).href}" : ""`,
        )
      : undefined,
};
