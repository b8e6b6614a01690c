import type { SessionView } from "@local-mcp/contract";

export const session = (id: string, more: Partial<SessionView> = {}): SessionView => ({
  id,
  loggedAs: "0123456789abcdef",
  client: "Cursor",
  version: "3.1",
  profile: "dev",
  token: "Cursor",
  protocolVersion: "2025-11-25",
  logLevel: null,
  subscriptions: [],
  state: "idle",
  createdAt: 0,
  lastSeenAt: 0,
  expiresAt: 0,
  running: 0,
  lastCallAt: null,
  ...more,
});
