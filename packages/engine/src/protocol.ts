import type { JsonObject } from "./jsonrpc.ts";
import { isObject } from "./jsonrpc.ts";

/** Revisions with `initialize` and sessions, newest first. */
export const LEGACY_VERSIONS = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const;
export type LegacyVersion = (typeof LEGACY_VERSIONS)[number];

export const LATEST_LEGACY_VERSION: LegacyVersion = "2025-11-25";

export const isLegacyVersion = (version: unknown): version is LegacyVersion =>
  LEGACY_VERSIONS.some((known) => known === version);

/** Key under which a request of the modern era carries its version (MCP 2026-07-28, lifecycle). */
const VERSION_KEY = "io.modelcontextprotocol/protocolVersion";

/**
 * The modern version that a message claims, or null for one of the legacy era. Decided for each
 * request by itself: a client may probe with one era and then speak the other.
 */
export function claimedModernVersion(message: { params?: JsonObject }): string | null {
  const meta = message.params?._meta;
  if (!isObject(meta)) return null;
  const version = meta[VERSION_KEY];
  return typeof version === "string" ? version : null;
}
