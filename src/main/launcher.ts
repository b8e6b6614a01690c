import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Launcher } from "@local-mcp/gateway";

/**
 * What starts the command line from a client's configuration: with absolute paths, since clients
 * have a PATH of their own. A package brings the command line and its Node; in a work tree they are
 * where building and installing put them.
 */
export function findLauncher(options: {
  packaged: boolean;
  resourcesPath: string;
  appPath: string;
  platform: NodeJS.Platform;
}): Launcher {
  const { packaged, resourcesPath, appPath, platform } = options;
  const program = platform === "win32" ? "node.exe" : "node";
  if (packaged) {
    return {
      command: join(resourcesPath, "runtime", program),
      args: [join(resourcesPath, "cli", "index.mjs")],
    };
  }
  const installed = join(appPath, "node_modules", ".bin", program);
  return {
    command: existsSync(installed) ? installed : "node",
    args: [join(appPath, "out", "cli", "index.mjs")],
  };
}
