import type { Engine, Log } from "@local-mcp/engine";
import type { OwnDeeds } from "../audit/own-deeds.ts";
import type { Events } from "../events.ts";
import type { StatusAnnouncer } from "../status/announcer.ts";
import type { Stores } from "../stores.ts";
import { ToolChanges } from "./tool-changes.ts";

/** Names in one line of the log. */
const MAX_NAMED = 20;

/** Tells of changes of tools by names alone: what servers say of their tools is theirs. */
export const createToolChanges = ({
  stores,
  log,
  ownDeeds,
  engine,
  announcer,
  events,
}: {
  stores: Stores;
  log: Log;
  ownDeeds: Pick<OwnDeeds, "toolsChanged">;
  engine: () => Pick<Engine, "onToolChanges">;
  announcer: Pick<StatusAnnouncer, "changed">;
  events: Pick<Events, "publish">;
}): ToolChanges =>
  new ToolChanges({
    stores,
    onSeen: (server, tools) => {
      log.warn("tools are not as they were accepted", {
        server: server.name,
        tools: tools.slice(0, MAX_NAMED),
        count: tools.length,
        held: server.holdChangedTools,
      });
      ownDeeds.toolsChanged(server, tools);
    },
    onChange: (serverId) => {
      engine().onToolChanges(serverId);
      announcer.changed(serverId);
      events.publish({ type: "servers.changed" });
    },
  });
