import { homedir } from "node:os";
import { resolvePaths } from "@local-mcp/database";
import { isOurs, readRuntime, type Runtime } from "./runtime-file.ts";

const PROOF_MS = 2000;

/**
 * The gateway that runs on a data directory, or null. The program at its address has proved that it
 * knows the token before anything is sent to it.
 */
export async function findGateway(options: {
  dataDir?: string;
  env: NodeJS.ProcessEnv;
}): Promise<Runtime | null> {
  const paths = resolvePaths({ dataDir: options.dataDir, env: options.env, home: homedir() });
  const runtime = readRuntime(paths.runtime);
  return runtime !== null && (await isOurs(runtime, PROOF_MS)) ? runtime : null;
}
