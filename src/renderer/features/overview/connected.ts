import type { ClientsView, ClientView } from "@local-mcp/contract";
import { ago } from "../../components/time.ts";

/** A client that is quiet for longer than this is not called connected, ms. */
const RECENT_MS = 3_600_000;

/** Who is connected, and who was here within the hour; the busy ones first. */
export const recentClients = (clients: readonly ClientView[], now: number): ClientView[] =>
  clients
    .filter(({ active, lastSeenAt }) => active || now - lastSeenAt < RECENT_MS)
    .sort((a, b) => Number(b.active) - Number(a.active) || b.lastSeenAt - a.lastSeenAt);

/** “dev · last call 1 min ago”. Says only what was observed. */
export function clientDetail(
  { profile, active, lastCallAt, lastSeenAt }: ClientView,
  now: number,
): string {
  const last =
    lastCallAt === null
      ? `no call yet, last seen ${ago(lastSeenAt, now)}`
      : `last call ${ago(lastCallAt, now)}`;
  return (active ? [profile, last] : [profile, "idle", last]).join(" · ");
}

/** A refused token within the hour, unless a client was let in after it. */
export function recentlyRefused(
  { refused, clients }: ClientsView,
  now: number,
): ClientsView["refused"] {
  if (refused === null || now - refused.at >= RECENT_MS) return null;
  return clients.some(({ connectedAt }) => connectedAt >= refused.at) ? null : refused;
}
