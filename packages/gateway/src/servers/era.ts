import type { ServerView } from "@local-mcp/contract";
import type { EraRow } from "@local-mcp/database";
import type { ServerCatalog } from "@local-mcp/engine";

/**
 * Which era a server speaks; null where that is doubtful, or was found with another configuration
 * than `hash`.
 * The version of a legacy server is agreed on at each start, and stands with its last lists.
 */
export function eraView(
  verdict: EraRow | undefined,
  hash: string,
  catalog: ServerCatalog | null,
): ServerView["era"] {
  if (verdict?.configHash !== hash || !verdict.isCertain) return null;
  const { era, protocolVersion, decidedAt } = verdict;
  const agreed = catalog?.configHash === hash ? catalog.implementation?.protocolVersion : undefined;
  return { era, protocolVersion: protocolVersion ?? agreed ?? null, decidedAt };
}
