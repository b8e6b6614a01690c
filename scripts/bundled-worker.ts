import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "rolldown";
import { backupWorker } from "../rolldown.config.ts";

const OUT = join(import.meta.dirname, "../out");

/**
 * Each task of a backup starts a thread, and one that reads sources takes a second of a core to load
 * them. So tests start the bundle, as the app does. It is put in place whole: another run may read it.
 */
export default async function setup(): Promise<void> {
  mkdirSync(OUT, { recursive: true });
  const made = mkdtempSync(join(OUT, "tests-"));
  await build(backupWorker(made));
  renameSync(join(made, "backup-worker.mjs"), join(OUT, "tests-backup-worker.mjs"));
  rmSync(made, { recursive: true });
}

/** Leads to the bundle, where the source says the source. */
export const inBundledWorker = {
  name: "in-bundled-worker",
  transform: (code: string, id: string): string | undefined =>
    id.endsWith("/backup/src/worker-client.ts")
      ? code.replace('"./worker.ts"', '"../../../out/tests-backup-worker.mjs"')
      : undefined,
};
