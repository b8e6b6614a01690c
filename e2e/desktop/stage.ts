import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const REPOSITORY = resolve(import.meta.dirname, "../..");
/** Where fixture servers keep what is compiled of them. */
const COMPILED = "node_modules/.compile-cache";

/** What the app is started from, where whoever runs it can read it. */
export interface Stage {
  /** The folder that Electron is given. */
  app: string;
  /** A Node for fixture servers. */
  node: string;
}

const PARTS = [
  "package.json",
  "out/cli",
  "out/main",
  "out/preload",
  "out/renderer",
  "node_modules/better-sqlite3",
  "e2e/fixtures",
  "e2e/desktop/servers",
];

/** The work tree itself. */
export const workTree: Stage = { app: REPOSITORY, node: process.execPath };

/** A copy that any user can read: a clone may lie in a folder that is closed to others. */
export function copyStage(): Stage {
  const root = mkdtempSync(join(tmpdir(), "lmg-stage-"));
  chmodSync(root, 0o755);
  for (const part of PARTS) {
    if (!existsSync(join(REPOSITORY, part))) continue;
    cpSync(join(REPOSITORY, part), join(root, part), { recursive: true, dereference: true });
  }
  mkdirSync(join(root, COMPILED));
  // Whoever the app runs as.
  chmodSync(join(root, COMPILED), 0o777);
  cpSync(process.execPath, join(root, "node"));
  return { app: root, node: join(root, "node") };
}
