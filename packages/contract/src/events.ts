import { z } from "zod";
import { gatewayStatus, serverStatus } from "./status.ts";

/**
 * What changed. Apart from status, which is small and frequent, an event only says what to read
 * again, so that it can never disagree with what a read returns.
 */
export const gatewayEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("gateway.status"),
    state: gatewayStatus.shape.state,
    summary: z.string(),
  }),
  z.object({ type: z.literal("server.status"), serverId: z.string(), status: serverStatus }),
  z.object({ type: z.literal("servers.changed") }),
  z.object({ type: z.literal("profiles.changed") }),
  z.object({ type: z.literal("catalog.changed"), profile: z.string() }),
  z.object({ type: z.literal("tools.changed") }),
  z.object({ type: z.literal("prompts.changed") }),
  z.object({ type: z.literal("resources.changed") }),
  z.object({ type: z.literal("roots.changed") }),
  z.object({ type: z.literal("tokens.changed") }),
  z.object({ type: z.literal("settings.changed") }),
  z.object({ type: z.literal("vault.changed") }),
  z.object({ type: z.literal("sessions.changed") }),
  z.object({ type: z.literal("clients.changed") }),
  z.object({ type: z.literal("runtimes.changed") }),
  z.object({ type: z.literal("audit.changed") }),
  z.object({ type: z.literal("backups.changed") }),
  z.object({ type: z.literal("transfer.changed") }),
  /** What is recorded, and how that goes. What was recorded is told by `logs.follow`. */
  z.object({ type: z.literal("logs.changed") }),
]);
export type GatewayEvent = z.infer<typeof gatewayEvent>;
