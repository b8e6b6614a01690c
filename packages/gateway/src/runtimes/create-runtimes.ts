import type { ServerState, Settings } from "@local-mcp/contract";
import type { Engine } from "@local-mcp/engine";
import type { Events } from "../events.ts";
import { RuntimesService } from "./runtimes-service.ts";

/** States of a server that nobody has tried to reach. */
const UNTRIED_STATES: readonly ServerState[] = ["off", "unconfirmed", "idle", "locked"];

export interface CreateRuntimesOptions {
  env: NodeJS.ProcessEnv;
  loginShell: boolean;
  settings: () => Settings;
  engine: () => Engine;
  events: Pick<Events, "publish">;
}

/** The programs and the network that servers are started with; what waits for them is told. */
export const createRuntimes = ({
  env,
  loginShell,
  settings,
  engine,
  events,
}: CreateRuntimesOptions): RuntimesService =>
  new RuntimesService({
    env,
    settings,
    loginShell,
    onChange: () => {
      engine().restartWhere((_, { reason }) => reason?.code === "command_not_found");
      events.publish({ type: "runtimes.changed" });
    },
    onNetworkChange: () =>
      engine().restartWhere(
        ({ transport }, { state }) => transport !== "stdio" && !UNTRIED_STATES.includes(state),
      ),
  });
