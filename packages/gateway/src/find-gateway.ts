import { homedir } from "node:os";
import { resolvePaths } from "@local-mcp/database";
import { isOurs, readRuntime, type Runtime } from "./runtime-file.ts";

/**
 * How long a program at the address may take to prove itself, ms. A gateway on a busy computer is
 * not to be taken for none; where nobody listens that is known at once.
 */
const PROOF_MS = 10_000;

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
