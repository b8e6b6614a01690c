import { resolve, sep } from "node:path";

const VARIABLE = "LOCAL_MCP_SQLITE_BINDING";

/**
 * In a package only native code of the package is loaded. Otherwise whoever sets a variable would
 * run code of theirs as the app, which is what its fuses keep out.
 *
 * @param resources the folder of the package; null in a work tree, where any is taken
 */
export function keepOwnBinding(env: NodeJS.ProcessEnv, resources: string | null): void {
  const named = env[VARIABLE];
  if (named === undefined || resources === null) return;
  if (!resolve(named).startsWith(resolve(resources) + sep)) delete env[VARIABLE];
}
