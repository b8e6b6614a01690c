import { lockDataDirectory } from "@local-mcp/database";
import { Configuration } from "./configuration/configuration.ts";
import type { Gateway, GatewayOptions } from "./gateway-types.ts";
import { GatewayHost } from "./gateway-host.ts";

/**
 * The gateway over one data directory: opens it, as its one writer, finishes a restore that was
 * interrupted, and wires the packages together. Nothing runs before `listen` but what a call of the
 * API needs.
 *
 * @throws GatewayError data_dir_held, data_dir_unusable, database_newer, database_damaged,
 * config_invalid, node_too_old, restore_intent_damaged
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { paths } = new Configuration(options);
  const lock = lockDataDirectory(paths, { kind: options.kind });
  const host = new GatewayHost(options, paths, () => lock.release());
  try {
    await host.open();
    return host.gateway();
  } catch (error) {
    await host.close();
    throw error;
  }
}
