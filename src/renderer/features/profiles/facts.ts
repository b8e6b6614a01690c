import type { ClientView, ProfileView, ServerView, TokenView } from "@local-mcp/contract";
import { isWell } from "../servers/trouble.ts";

/** How many servers of a profile answer calls, of how many. One that is idle does: a call starts it. */
export function readiness(
  profile: Pick<ProfileView, "servers">,
  servers: readonly ServerView[],
): { ready: number; total: number } {
  const ids = new Set(profile.servers.map(({ id }) => id));
  const ready = servers.filter((server) => ids.has(server.id) && isWell(server)).length;
  return { ready, total: profile.servers.length };
}

/** Clients with an open stream or a running request. */
export const clientsOf = (
  profile: Pick<ProfileView, "slug">,
  clients: readonly ClientView[],
): ClientView[] => clients.filter((one) => one.active && one.profile === profile.slug);

/** Tokens that are valid for this profile and no other; they end with it. */
export const tokensOf = (
  profile: Pick<ProfileView, "slug">,
  tokens: readonly TokenView[],
): TokenView[] => tokens.filter((token) => token.profile === profile.slug);

/** How many connected clients were seen to go from one profile to another. */
export function moved(before: readonly ClientView[], after: readonly ClientView[]): number {
  const profiles = new Map(after.map(({ id, profile }) => [id, profile]));
  return before.filter(
    ({ id, active, profile }) => active && profiles.has(id) && profiles.get(id) !== profile,
  ).length;
}
