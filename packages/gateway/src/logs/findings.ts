import { createHash } from "node:crypto";
import type { LogFinding } from "@local-mcp/contract";
import type { Entry } from "@local-mcp/engine";
import { entryName } from "../clients/connections.ts";

/** What many clients let a name of a tool be at most, their own prefix included, characters. */
const MAX_CLIENT_NAME = 64;

/** Names that a sentence has, at most. */
const MAX_SHOWN = 3;

interface Profile {
  id: string;
  slug: string;
  active: boolean;
}

type Tool = Pick<Entry, "exposed" | "original" | "serverName" | "enabled" | "renamed">;

/** Tools whose names are longer than clients take, for each server of each profile. */
export function namesOverBudget<Of extends Profile>(
  profiles: readonly Of[],
  toolsOf: (profile: Of) => readonly Tool[],
): LogFinding[] {
  return profiles.flatMap((profile) => {
    const room = roomOf(profile);
    const long = toolsOf(profile).filter(
      ({ enabled, renamed, exposed }) =>
        enabled && (renamed === "too_long" || exposed.length > room),
    );
    return [...new Set(long.map(({ serverName }) => serverName))].map((server) => {
      const tools = long.filter(({ serverName }) => serverName === server);
      return finding(profile.slug, server, tools, room);
    });
  });
}

/** How long a name may be beside what Claude Code and others put before it. */
function roomOf({ slug, active }: Profile): number {
  const entries = [entryName(slug), ...(active ? [entryName(null)] : [])];
  const longest = Math.max(...entries.map((entry) => `mcp__${entry}__`.length));
  return MAX_CLIENT_NAME - longest;
}

function finding(
  profile: string,
  server: string,
  tools: readonly Tool[],
  room: number,
): LogFinding {
  const isOver = tools.some(({ exposed }) => exposed.length > room);
  const shown = tools.slice(0, MAX_SHOWN).map(({ exposed }) => `“${exposed}”`);
  const more = tools.length > MAX_SHOWN ? ` and ${tools.length - MAX_SHOWN} more` : "";
  const which = `${shown.join(", ")}${more} of ${server}`;
  return {
    id: `name_over_budget:${profile}:${server}:${digest(tools)}`,
    code: "name_over_budget",
    message: isOver
      ? `In “${profile}” clients that put the gateway's name before a tool's may refuse ${which}: with it they are over ${MAX_CLIENT_NAME} characters.`
      : `In “${profile}” names were too long and had to be shortened: ${which}.`,
    fix: isOver ? shorter(room) : "Give them shorter names in the profile.",
    count: tools.length,
    lastAt: null,
    filter: null,
    server,
    profile,
  };
}

const shorter = (room: number): string =>
  room > 1
    ? `Give them names of up to ${room} characters in the profile, or the gateway a shorter name in the client.`
    : "Give the gateway a shorter name in the client.";

/** So that what was dismissed is told of again once it is about others. */
const digest = (tools: readonly Tool[]): string =>
  createHash("sha256")
    .update(JSON.stringify(tools.map(({ exposed }) => exposed)))
    .digest("hex")
    .slice(0, 8);
