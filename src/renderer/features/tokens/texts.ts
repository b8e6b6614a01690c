import type { TokenRight } from "@local-mcp/contract";
import { ago } from "../../components/time.ts";

/** Each right with one sentence about what it allows. */
export const RIGHTS: Record<TokenRight, { name: string; sentence: string }> = {
  use: {
    name: "Use",
    sentence: "See and call the tools, prompts and resources of its profiles.",
  },
  manage: {
    name: "Manage",
    sentence: "Read and change servers, profiles, settings and access tokens.",
  },
  processes: {
    name: "Start processes",
    sentence:
      "Add and start servers that run a command with your user's rights, and change what protects secrets: the vault's keys, the gateway's address, the proxy.",
  },
};

/** “Use, manage”. */
export const rightsLine = (rights: readonly TokenRight[]): string => {
  const names = rights.map((right) => RIGHTS[right].name.toLowerCase()).join(", ");
  return names.charAt(0).toUpperCase() + names.slice(1);
};

export const usedText = (lastUsedAt: number | null, now?: number): string =>
  lastUsedAt === null ? "never used" : `used ${ago(lastUsedAt, now)}`;

/** What revoking does, before it is done. */
export const revokeText = (connections: number): string =>
  connections === 0
    ? "Clients that send it can no longer connect. None is connected now."
    : `Clients that send it can no longer connect. ${openConnections(connections)} ${connections === 1 ? "is" : "are"} ended.`;

/** What revoking has done. */
export const revokedText = (name: string, connections: number): string =>
  connections === 0
    ? `“${name}” can no longer connect.`
    : `“${name}” can no longer connect. ${openConnections(connections)} ${connections === 1 ? "was" : "were"} ended.`;

const openConnections = (n: number): string =>
  n === 1 ? "1 open connection" : `${n.toLocaleString()} open connections`;
