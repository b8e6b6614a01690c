import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Installs the nested package in this directory, unless what is installed is what its lock file
 * says. Keeps the root install light: peers and real servers come at their first use.
 */
export const ensureInstalled = async (directory: string): Promise<void> => {
  const lock = await readFile(join(directory, "package-lock.json"));
  const hash = createHash("sha256").update(lock).digest("hex");
  const stamp = join(directory, "node_modules", ".lock-hash");
  if ((await readFile(stamp, "utf8").catch(() => "")) === hash) return;

  console.error(`installing ${directory} (first use, or its lock file changed)`);
  const { status, error } = spawnSync(
    "npm",
    ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    { cwd: directory, stdio: ["ignore", 2, 2], shell: process.platform === "win32" },
  );
  if (error) throw error;
  if (status !== 0) throw new Error(`npm ci in ${directory} ended with ${status}`);
  await writeFile(stamp, hash);
};
