import { isRecord } from "../fixtures/json-rpc.ts";
import type { Recorded } from "./record.ts";

/** Revisions with a schema of their own here; the two older ones are held to 2025-06-18. */
export const SCHEMA_REVISIONS = ["2025-06-18", "2025-11-25", "2026-07-28"] as const;
export type SchemaRevision = (typeof SCHEMA_REVISIONS)[number];

const SCHEMA_OF: Record<string, SchemaRevision> = {
  "2024-11-05": "2025-06-18",
  "2025-03-26": "2025-06-18",
  "2025-06-18": "2025-06-18",
  "2025-11-25": "2025-11-25",
  "2026-07-28": "2026-07-28",
};

/** What a party takes where nothing was agreed: for legacy and for modern traffic. */
const NEWEST_LEGACY = "2025-11-25";
const NEWEST_MODERN = "2026-07-28";
const VERSION_KEY = "io.modelcontextprotocol/protocolVersion";

/** A recorded message with what its surroundings say about it. */
export interface Placed {
  recorded: Recorded;
  /** The schema it is held to. */
  revision: SchemaRevision;
  /** For an answer: the method of its request, where that was seen. */
  answers: string | null;
}

const version = (message: unknown): string | null => {
  if (!isRecord(message) || !isRecord(message.params)) return null;
  const { _meta: meta, protocolVersion } = message.params;
  if (isRecord(meta) && typeof meta[VERSION_KEY] === "string") {
    return SCHEMA_OF[meta[VERSION_KEY]] === undefined ? NEWEST_MODERN : meta[VERSION_KEY];
  }
  if (message.method !== "initialize") return null;
  return typeof protocolVersion === "string" && protocolVersion < NEWEST_MODERN
    ? protocolVersion
    : NEWEST_LEGACY;
};

/**
 * Finds for each message the revision in force (MCP 2026-07-28, versioning: the envelope of the
 * request decides; before that, what `initialize` agreed for the session) and, for an answer, the
 * method of its request.
 */
export const place = (messages: Recorded[]): Placed[] => {
  const agreed = new Map<string, string>();
  const asked = new Map<string, { method: string; revision: SchemaRevision }>();

  const revisionOf = (recorded: Recorded, own: string | null): SchemaRevision => {
    const known = own ?? agreed.get(channel(recorded)) ?? recorded.version ?? "";
    return SCHEMA_OF[known] ?? (known > NEWEST_LEGACY ? NEWEST_MODERN : NEWEST_LEGACY);
  };

  return messages.map((recorded) => {
    const { message, from } = recorded;
    if (!isRecord(message))
      return { recorded, revision: revisionOf(recorded, null), answers: null };

    if (typeof message.method === "string") {
      const own = version(message);
      const revision = revisionOf(recorded, own);
      // Stdio has no headers: what comes without an envelope goes with the requests before it.
      if (own !== null && recorded.exchange === 0) agreed.set(channel(recorded), own);
      if (message.id !== undefined) {
        for (const key of keys(recorded, from, message.id)) {
          asked.set(key, { method: message.method, revision });
        }
      }
      return { recorded, revision, answers: null };
    }

    const other = from === "client" ? "server" : "client";
    const request = keys(recorded, other, message.id)
      .map((key) => asked.get(key))
      .find((one) => one !== undefined);
    let revision = request?.revision ?? revisionOf(recorded, null);
    if (request?.method === "initialize" && isRecord(message.result)) {
      const chosen = message.result.protocolVersion;
      if (typeof chosen === "string") {
        agreed.set(channel(recorded), chosen);
        revision = SCHEMA_OF[chosen] ?? revision;
      }
    }
    return { recorded, revision, answers: request?.method ?? null };
  });
};

/** What an agreement of `initialize` holds for: a session, or the one channel of stdio. */
const channel = ({ link, session, exchange }: Recorded): string =>
  `${link} ${session ?? (exchange === 0 ? "stdio" : `exchange ${exchange}`)}`;

/** Where a request is looked for by its answer: the same exchange first, then the session. */
const keys = ({ link, exchange, session }: Recorded, from: string, id: unknown): string[] => {
  const name = `${link} ${from} ${JSON.stringify(id)}`;
  return [`${name} exchange ${exchange}`, ...(session === null ? [] : [`${name} ${session}`])];
};
