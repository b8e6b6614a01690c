import { mkdirSync, mkdtempSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { type Paths, resolvePaths } from "@local-mcp/gateway";
import type { LaunchArguments } from "./arguments.ts";
import { asProblem } from "./problem.ts";

/** Where the gateway keeps its data; null where what names the place cannot be understood. */
export function dataPaths({ dataDir }: LaunchArguments, env: NodeJS.ProcessEnv): Paths | null {
  try {
    return resolvePaths({ dataDir, env, home: homedir() });
  } catch (error) {
    // The gateway refuses to start for the same reason, and the window shows it.
    if (asProblem(error).code === "config_invalid") return null;
    throw error;
  }
}

/**
 * Where the app keeps what Chromium needs. With `--data-dir` in that directory, so that two of them
 * run side by side; a directory that cannot be written is told of in a window, which needs a place
 * for itself all the same.
 *
 * @returns null for the place that the system gives an app
 */
export function userDataPath(args: LaunchArguments, env: NodeJS.ProcessEnv): string | null {
  if (args.dataDir === undefined) return null;
  const dataDir = dataPaths(args, env)?.dataDir;
  if (dataDir !== undefined) {
    const path = join(dataDir, "app");
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      return path;
    } catch {
      // Told by the gateway, which finds the same.
    }
  }
  return mkdtempSync(join(tmpdir(), "local-mcp-gateway-"));
}
