import { GatewayError, type ToolChangeKind } from "@local-mcp/contract";
import type { ServerDefinition, ToolPins } from "../definitions.ts";
import { shortened } from "../text.ts";

type Held = ReturnType<ToolPins["changed"]>;

const NONE: Held = new Map();

/** Tools of a server that are kept from clients until a person accepts them, by its own names. */
export const heldTools = (server: ServerDefinition, pins: ToolPins): Held =>
  server.holdsChangedTools ? pins.changed(server.id) : NONE;

/** Why such a tool may not be called. */
export const heldBack = (server: string, tool: string, kind: ToolChangeKind): GatewayError =>
  new GatewayError("tool_held_back", {
    server,
    tool: shortened(tool, 200),
    change: kind === "new" ? "is new" : "has changed since it was accepted",
  });
