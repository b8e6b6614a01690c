import { lstatSync, mkdirSync } from "node:fs";
import module from "node:module";
import { dirname } from "node:path";
import { resolvePaths } from "@local-mcp/gateway";
import type { Place } from "./connect.ts";

/** Whether a directory is this user's, and nobody else can put anything into it. */
const isOwn = (directory: string): boolean => {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  if (found === undefined || !found.isDirectory()) return false;
  // Windows has neither: there the data directory is as private as the home that it is in.
  if (process.getuid === undefined) return true;
  return found.uid === process.getuid() && (found.mode & 0o022) === 0;
};

/**
 * Whether what Node compiles may be kept there until the next start. It is run as it was read, so
 * whoever could write it would be this program. A data directory that is not there yet is not made.
 */
export const mayKeepCompiled = (directory: string): boolean => {
  try {
    if (!isOwn(dirname(directory))) return false;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return isOwn(directory);
  } catch {
    // A place that cannot be written to: it is compiled each time.
    return false;
  }
};

/**
 * The gateway itself, for a command that does not just ask one that runs: loading it takes longer
 * than all else of a command.
 *
 * @throws GatewayError config_invalid where the data directory is named wrongly
 */
export const loadGateway = (
  place: Place,
  env: NodeJS.ProcessEnv,
): Promise<typeof import("@local-mcp/gateway/opening")> => {
  const { compiled } = resolvePaths({ dataDir: place.dataDir, env });
  // Node 20 keeps nothing. Where the environment says another place, that one is used.
  if (typeof module.enableCompileCache === "function" && mayKeepCompiled(compiled)) {
    module.enableCompileCache(compiled);
  }
  return import("@local-mcp/gateway/opening");
};
