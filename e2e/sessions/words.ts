import type { ClientSession } from "../../packages/sessions/src/client-session.ts";
import type { SessionData } from "../../packages/sessions/src/session-data.ts";

/** A sign-in of somebody, without secrets. */
export const signIn = (sessionId: string, identity: string): SessionData => ({
  sessionId,
  identity,
  serverId: "server-1",
  serverName: "My MCP Server",
  serverUrl: "https://mcp.example.com",
  callbackUrl: "https://app.example.com/callback",
  transportType: "streamable_http",
  active: true,
  createdAt: Date.now(),
});

/** A session of a legacy client. */
export const clientOf = (sessionId: string): ClientSession => ({
  sessionId,
  profileId: "profile-1",
  tokenId: "token-1",
  protocolVersion: "2025-11-25",
  clientInfo: { name: "client", version: "1" },
  capabilities: {},
  logLevel: null,
  subscriptions: [],
  createdAt: Date.now(),
  lastSeenAt: Date.now(),
});
