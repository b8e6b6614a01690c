import { randomUUID } from "node:crypto";
import { type Connection, makePrivateFile, openSqlite, translating } from "@local-mcp/database";
import { z } from "zod";
import type { AnswerRows, AnswerRowsOptions } from "./answer-rows.ts";

/** How long another process is waited for, blocking, ms. It is a cache: rather not long. */
const BUSY_MS = 100;

/** It is thrown away where it is of another build, which `user_version` tells. */
const VERSION = 1;
const TABLES = `
  DROP TABLE IF EXISTS answers;
  DROP TABLE IF EXISTS generations;
  CREATE TABLE answers (
    key TEXT PRIMARY KEY, text TEXT NOT NULL, size INTEGER NOT NULL, expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX answers_by_end ON answers (expires_at, key, size);
  CREATE TABLE generations (server_id TEXT PRIMARY KEY, generation TEXT NOT NULL) STRICT;
  PRAGMA user_version = ${VERSION};
`;

const generationRow = z.object({ generation: z.string() });
const textRow = z.object({ text: z.string() });

/** Nothing is lost with it that a server would not say again, so it may lose its last moments. */
const open = (path: string): Connection => {
  makePrivateFile(path);
  const connection = openSqlite(path, { timeout: BUSY_MS });
  try {
    connection.pragma("journal_mode = WAL");
    connection.pragma("synchronous = OFF");
    const isReady = (): boolean => connection.pragma("user_version", { simple: true }) === VERSION;
    // Two gateways may open it at once.
    const prepare = connection.transaction(() => isReady() || connection.exec(TABLES));
    if (!isReady()) prepare.immediate();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
};

/**
 * Answers in a SQLite file of their own.
 *
 * @throws GatewayError as translating
 */
export const sqliteAnswers = (path: string, { maxSize, now }: AnswerRowsOptions): AnswerRows => {
  const connection = translating(path, () => open(path));
  const statement = (sql: string) => connection.prepare(sql);
  const found = statement("SELECT generation FROM generations WHERE server_id = ?");
  const renewed = statement("REPLACE INTO generations (server_id, generation) VALUES (?, ?)");
  const text = statement("SELECT text FROM answers WHERE key = ? AND expires_at > ?");
  const put = statement("REPLACE INTO answers (key, text, size, expires_at) VALUES (?, ?, ?, ?)");
  const expire = statement("DELETE FROM answers WHERE expires_at <= ?");
  // The sum over those that expire later, each with itself.
  const shrink = statement(`DELETE FROM answers WHERE key IN (
    SELECT key FROM (
      SELECT key, sum(size) OVER (ORDER BY expires_at DESC, key DESC) AS taken FROM answers
    ) WHERE taken > ?)`);

  const generationOf = (serverId: string): string | undefined =>
    generationRow.optional().parse(found.get(serverId))?.generation;

  const read = connection.transaction((serverId: string, key: string) => {
    const known = generationOf(serverId);
    const generation = known ?? randomUUID();
    if (known === undefined) renewed.run(serverId, generation);
    const row = textRow.optional().parse(text.get(key, now()));
    return { generation, text: row?.text ?? null };
  });
  const keep = connection.transaction((serverId: string, generation: string, row: unknown[]) => {
    if (generationOf(serverId) !== generation) return;
    expire.run(now());
    put.run(row);
    shrink.run(maxSize);
  });
  const run = async <T>(work: () => T): Promise<T> => translating(path, work);

  return {
    read: (serverId, key) => run(() => read.immediate(serverId, key)),
    keep: ({ serverId, key, text: kept, generation, expiresAt }) =>
      run(() => keep.immediate(serverId, generation, [key, kept, kept.length, expiresAt])),
    renew: (serverId, generation) =>
      run(() => {
        renewed.run(serverId, generation);
      }),
    close: async () => {
      connection.close();
    },
  };
};
