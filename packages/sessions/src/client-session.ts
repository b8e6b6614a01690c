import { z } from "zod";
import { idSchema } from "./session-id.ts";

const jsonObject = z.record(z.string(), z.json());

/** Schema of {@link ClientSession}. */
export const clientSession = z.strictObject({
  /** The `Mcp-Session-Id`; unique in a store. */
  sessionId: idSchema,
  /** Null follows the active profile. */
  profileId: z.string().nullable(),
  /** The access token it was opened with; null where the profile needs none. */
  tokenId: z.string().nullable(),
  protocolVersion: z.string(),
  clientInfo: jsonObject,
  capabilities: jsonObject,
  /** As set by `logging/setLevel`. */
  logLevel: z.string().nullable(),
  /** URIs of `resources/subscribe`. */
  subscriptions: z.array(z.string()),
  /** ms since 1970. */
  createdAt: z.number().int(),
  /** ms since 1970. */
  lastSeenAt: z.number().int(),
});

/** What a legacy client's session (MCP 2025-11-25, transports) keeps over a restart. */
export type ClientSession = z.infer<typeof clientSession>;
