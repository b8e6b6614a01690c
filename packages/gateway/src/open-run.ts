import { createDb } from "@local-mcp/database";
import type { EndedProcesses } from "@local-mcp/engine";
import type { Configuration } from "./configuration/configuration.ts";
import type { GatewayOptions } from "./gateway-types.ts";
import { wire } from "./run.ts";
import type { Run, Shell } from "./run-types.ts";
import { createStores } from "./stores.ts";

/**
 * Opens the database and wires the packages together over it. Nothing runs before `listen` but what
 * a call of the API needs.
 *
 * @throws GatewayError data_dir_unusable, database_newer, database_damaged
 */
export async function openRun(
  options: GatewayOptions,
  configuration: Configuration,
  shell: Shell,
): Promise<Run> {
  const db = createDb({ path: configuration.paths.database, isChecked: shell.isChecked });
  try {
    const run = await wire(options, configuration, createStores(db), shell);
    const close = async (): Promise<EndedProcesses> => {
      const ended = await run.close();
      db.close();
      return ended;
    };
    return { ...run, close };
  } catch (error) {
    db.close();
    throw error;
  }
}
