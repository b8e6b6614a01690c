import type { JsonObject } from "./jsonrpc.ts";
import { isObject } from "./jsonrpc.ts";

/** Revisions with `initialize` and sessions, newest first. */
const LEGACY_VERSIONS = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const;
export type LegacyVersion = (typeof LEGACY_VERSIONS)[number];

export const LATEST_LEGACY_VERSION: LegacyVersion = "2025-11-25";

/** The one revision that lets a client send several messages in one array. */
export const BATCH_VERSION: LegacyVersion = "2025-03-26";

/** Revisions without sessions, newest first. */
export const MODERN_VERSIONS = ["2026-07-28"] as const;
export type ModernVersion = (typeof MODERN_VERSIONS)[number];

/** What the gateway's endpoint speaks, newest first. */
export const ALL_VERSIONS: readonly string[] = [...MODERN_VERSIONS, ...LEGACY_VERSIONS];

export const isLegacyVersion = (version: unknown): version is LegacyVersion =>
  LEGACY_VERSIONS.some((known) => known === version);

export const isModernVersion = (version: unknown): version is ModernVersion =>
  MODERN_VERSIONS.some((known) => known === version);

/**
 * Keys of `_meta` that the protocol itself uses (MCP 2026-07-28, basic). They concern one hop, so
 * the gateway reads them and writes its own.
 */
export const META = {
  protocolVersion: "io.modelcontextprotocol/protocolVersion",
  clientInfo: "io.modelcontextprotocol/clientInfo",
  clientCapabilities: "io.modelcontextprotocol/clientCapabilities",
  logLevel: "io.modelcontextprotocol/logLevel",
  serverInfo: "io.modelcontextprotocol/serverInfo",
  subscriptionId: "io.modelcontextprotocol/subscriptionId",
} as const;

/** Of these, the ones that a request of a modern client carries. */
const ENVELOPE_KEYS: readonly string[] = [
  META.protocolVersion,
  META.clientInfo,
  META.clientCapabilities,
  META.logLevel,
];

/** Extensions that need methods of their own, which cannot be routed to one of several servers. */
export const UNROUTABLE_EXTENSIONS: readonly string[] = [
  "io.modelcontextprotocol/tasks",
  "io.modelcontextprotocol/skills",
];

/**
 * The modern version that a message claims, or null for one of the legacy era. Decided for each
 * request by itself: a client may probe with one era and then speak the other.
 */
export function claimedModernVersion(message: { params?: JsonObject }): string | null {
  const meta = message.params?._meta;
  if (!isObject(meta)) return null;
  const version = meta[META.protocolVersion];
  return typeof version === "string" ? version : null;
}

/** The same params without what a modern client says about itself; the rest of `_meta` stays. */
export function withoutEnvelope(params: JsonObject): JsonObject {
  const { _meta: meta } = params;
  if (!isObject(meta) || !ENVELOPE_KEYS.some((key) => key in meta)) return params;
  const rest = Object.fromEntries(
    Object.entries(meta).filter(([key]) => !ENVELOPE_KEYS.includes(key)),
  );
  const { _meta: _, ...others } = params;
  return Object.keys(rest).length === 0 ? others : { ...others, _meta: rest };
}

/** Syslog levels, least severe first (RFC 5424 §6.2.1; MCP 2025-11-25, logging). */
export const LOG_LEVELS = [
  "debug",
  "info",
  "notice",
  "warning",
  "error",
  "critical",
  "alert",
  "emergency",
] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const isLogLevel = (level: unknown): level is LogLevel =>
  LOG_LEVELS.some((known) => known === level);

/** Whether a message of `level` is to be sent to one who wants `wanted` and worse. */
export function isSevereEnough(level: unknown, wanted: string): boolean {
  const threshold = LOG_LEVELS.findIndex((known) => known === wanted);
  const actual = LOG_LEVELS.findIndex((known) => known === level);
  // A level nobody knows is passed on rather than lost.
  return actual === -1 || actual >= threshold;
}
