import { GatewayError } from "@local-mcp/contract";
import type { StoredServerConfig } from "@local-mcp/database";
import { secretIds } from "./config.ts";

/**
 * Refuses a change by which stored secrets would be sent to another scheme, host or port than the
 * one that they were given for. Whoever may write a URL could read them there otherwise, without
 * having known them.
 *
 * @throws GatewayError secrets_would_move
 */
export function refuseMove(
  server: string,
  before: StoredServerConfig,
  after: StoredServerConfig,
): void {
  // A command and a URL have no secrets in common.
  if (before.transport === "stdio" || after.transport === "stdio") return;
  const [from, to] = [new URL(before.url).origin, new URL(after.url).origin];
  const stored = new Set(secretIds(before));
  const kept = secretIds(after).filter((id) => stored.has(id));
  if (from === to || kept.length === 0) return;
  throw new GatewayError("secrets_would_move", { server, from, to, count: kept.length });
}
