import type { SessionMessage } from "@local-mcp/contract";
import type { Connection } from "@local-mcp/database";
import { z } from "zod";
import { redactedBody } from "./redacted-body.ts";
import type { RemovedMessages, ToldMessage } from "./messages.ts";

/** Rows that are removed at once. */
const ROWS_AT_ONCE = 500;

interface StoredMessage {
  id: number;
  content: string;
  createdAt: number;
  expiresAt: number | null;
}

/** Writes messages to clients into `mcp_messages`, without what is secret in them. */
export function insertMessages(
  db: Connection,
  messages: readonly ToldMessage[],
  { limit, redact }: { limit: number; redact: (text: string) => string },
): void {
  const insert = db.prepare<[string, string, number, number]>(
    "INSERT INTO mcp_messages (session_id, content, created_at, expires_at) VALUES (?, ?, ?, ?)",
  );
  for (const { sessionId, at, expiresAt, body } of messages) {
    const kept = redactedBody(body, limit, redact);
    if (kept === null) continue;
    // A secret that was a number leaves words in its place, and no JSON.
    const isWhole = !kept.isCut && isJson(kept.text);
    const content = isWhole ? kept.text : JSON.stringify(partOf(kept.text, body.bytes));
    insert.run(sessionId, content, at, expiresAt);
  }
}

/** What stands for a message that is no JSON as it was kept. */
const partOf = (text: string, bytes: number): SessionMessage["content"] => ({
  cut: true,
  bytes,
  text,
});

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

export const readMessages = (
  db: Connection,
  { session, after, limit }: { session: string; after: number; limit: number },
): SessionMessage[] =>
  db
    .prepare<[string, number, number], StoredMessage>(
      `SELECT id, content, created_at AS createdAt, expires_at AS expiresAt FROM mcp_messages
       WHERE session_id = ? AND id > ? ORDER BY id LIMIT ?`,
    )
    .all(session, after, limit)
    .map(({ content, ...row }) => ({
      ...row,
      content: isJson(content)
        ? z.json().parse(JSON.parse(content))
        : partOf(content, Buffer.byteLength(content)),
    }));

/** Removes at most as many as take no time. */
export function removeSome(
  db: Connection,
  asked: RemovedMessages,
): { rows: number; more: boolean } {
  const { sql, values } = conditionOf(asked);
  const { changes: rows } = db
    .prepare(
      `DELETE FROM mcp_messages WHERE id IN (SELECT id FROM mcp_messages WHERE ${sql} LIMIT ?)`,
    )
    .run(...values, ROWS_AT_ONCE);
  return { rows, more: rows === ROWS_AT_ONCE };
}

function conditionOf(asked: RemovedMessages): { sql: string; values: (string | number)[] } {
  if (asked.of === "session") return { sql: "session_id = ?", values: [asked.sessionId] };
  if (asked.of === "expired") return { sql: "expires_at <= ?", values: [asked.now] };
  if (asked.of === "all") return { sql: "true", values: [] };
  return {
    sql: "created_at < ? AND session_id NOT IN (SELECT value FROM json_each(?))",
    values: [asked.before, JSON.stringify(asked.sessionIds)],
  };
}
