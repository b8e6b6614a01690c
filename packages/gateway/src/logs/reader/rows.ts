import type { LogBody, LogDetail, LogRow } from "@local-mcp/contract";
import type { Connection } from "@local-mcp/database";
import { LOG_CONTENTS, LOG_DIRECTIONS, LOG_ERAS, LOG_KINDS, LOG_OUTCOMES } from "../facts.ts";
import { type Payload, unpacked } from "../payload.ts";
import type { Sql } from "./conditions.ts";
import type { Names } from "./log-files.ts";

/** Rows of one exchange that are shown with one of them. */
const MAX_LINKED = 1000;

/** Facts of a row, with the names that they are numbers of. */
interface Stored {
  id: number;
  at: number;
  kind: number;
  direction: number;
  outcome: number;
  contents: number;
  era: number | null;
  durationMs: number | null;
  waitedMs: number | null;
  headMs: number | null;
  requestBytes: number | null;
  responseBytes: number | null;
  httpStatus: number | null;
  isRequestCut: number;
  isResponseCut: number;
  isPinned: number;
  hasNote: number;
  correlation: string;
  profileId: string | null;
  profile: string | null;
  serverId: string | null;
  server: string | null;
  session: string | null;
  client: string | null;
  clientVersion: string | null;
  method: string;
  name: string | null;
  error: string | null;
}

const SELECT_STORED = `SELECT f.id, f.at, f.kind, f.direction, f.outcome, f.contents, f.era,
  f.duration_ms AS durationMs, f.waited_ms AS waitedMs, f.head_ms AS headMs,
  f.request_bytes AS requestBytes, f.response_bytes AS responseBytes,
  f.http_status AS httpStatus, f.is_request_cut AS isRequestCut,
  f.is_response_cut AS isResponseCut, f.is_pinned AS isPinned, f.has_note AS hasNote,
  l.correlation_id AS correlation,
  profile.value AS profileId, profile.label AS profile,
  server.value AS serverId, server.label AS server,
  session.value AS session, client.value AS client, client.label AS clientVersion,
  method.value AS method, name.value AS name, error.value AS error`;

const FROM_STORED = `FROM debug_log_facts f JOIN debug_logs l ON l.id = f.id
  JOIN debug_log_terms method ON method.id = f.method
  ${["profile", "server", "session", "client", "name", "error"]
    .map((kind) => `LEFT JOIN debug_log_terms ${kind} ON ${kind}.id = f.${kind}`)
    .join(" ")}`;

/** The rows to which a condition of `f` applies, oldest first. */
export function rowsWhere(db: Connection, names: Names, { sql, values }: Sql): LogRow[] {
  const statement = db.prepare<(string | number)[], Stored>(
    `${SELECT_STORED} ${FROM_STORED} WHERE ${sql} ORDER BY f.id`,
  );
  return statement.all(...values).map((stored) => rowOf(stored, names));
}

/** What a row is by the names of today, or where one is gone by that of its time. */
function rowOf(stored: Stored, names: Names): LogRow {
  const { profileId, profile, serverId, server, clientVersion } = stored;
  return {
    id: stored.id,
    correlation: stored.correlation,
    kind: LOG_KINDS[stored.kind] ?? "request",
    direction: LOG_DIRECTIONS[stored.direction] ?? "from_client",
    at: stored.at,
    durationMs: stored.durationMs,
    outcome: LOG_OUTCOMES[stored.outcome] ?? "ok",
    client: stored.client,
    clientVersion: clientVersion || null,
    era: stored.era === null ? null : (LOG_ERAS[stored.era] ?? null),
    profile: names.profiles.get(profileId ?? "") ?? profile,
    server: names.servers.get(serverId ?? "") ?? server,
    session: stored.session,
    method: stored.method,
    name: stored.name,
    requestBytes: stored.requestBytes,
    responseBytes: stored.responseBytes,
    httpStatus: stored.httpStatus,
    errorCode: stored.error,
    pinned: stored.isPinned === 1,
    hasNote: stored.hasNote === 1,
  };
}

/** A row with its messages, but for the rows that it is linked with. */
export type FullRow = Omit<LogDetail, "linked">;

interface StoredFull extends Stored {
  request: Payload | null;
  response: Payload | null;
  message: string | null;
  note: string | null;
}

/** How messages are given away. */
export interface Giving {
  names: Names;
  /** Takes out what became known as a secret since they were written. */
  redact: (text: string) => string;
}

/** A row whose names have nothing of what became known as a secret since they were stored. */
export function cleanNames(row: LogRow, redact: Giving["redact"]): LogRow {
  const { client, clientVersion, session, method, name, errorCode } = row;
  return {
    ...row,
    client: client && redact(client),
    clientVersion: clientVersion && redact(clientVersion),
    session: session && redact(session),
    method: redact(method),
    name: name && redact(name),
    errorCode: errorCode && redact(errorCode),
  };
}

/** As {@link rowsWhere}, with their messages. */
export function* fullRowsWhere(
  db: Connection,
  { names, redact }: Giving,
  { sql, values }: Sql,
): Generator<FullRow> {
  const clean = (text: string | null): string | null => text && redact(text);
  const cleanBody = (body: LogBody | null): LogBody | null =>
    body && { ...body, text: redact(body.text) };
  const statement = db.prepare<(string | number)[], StoredFull>(
    `${SELECT_STORED}, l.request_payload AS request, l.response_payload AS response,
      l.error_message AS message, l.note ${FROM_STORED} WHERE ${sql} ORDER BY f.id`,
  );
  for (const stored of statement.iterate(...values)) {
    const { request, requestBytes, response, responseBytes } = stored;
    yield {
      ...cleanNames(rowOf(stored, names), redact),
      request: cleanBody(bodyOf(request, requestBytes, stored.isRequestCut === 1)),
      response: cleanBody(bodyOf(response, responseBytes, stored.isResponseCut === 1)),
      contents: LOG_CONTENTS[stored.contents] ?? "none",
      error: clean(stored.message),
      waitedMs: stored.waitedMs,
      headMs: stored.headMs,
      note: clean(stored.note),
    };
  }
}

function bodyOf(payload: Payload | null, bytes: number | null, cut: boolean): LogBody | null {
  if (payload === null) return null;
  const text = unpacked(payload);
  return { text, bytes: bytes ?? Buffer.byteLength(text), cut };
}

/** A row with its messages and all of its exchange; null where there is none. */
export function detailOf(db: Connection, giving: Giving, id: number): LogDetail | null {
  const [row] = fullRowsWhere(db, giving, { sql: "f.id = ?", values: [id] });
  if (row === undefined) return null;
  const exchange = `SELECT id FROM debug_logs WHERE correlation_id = ? ORDER BY id LIMIT ${MAX_LINKED}`;
  const linked = rowsWhere(db, giving.names, {
    sql: `f.id IN (${exchange})`,
    values: [row.correlation],
  });
  return { ...row, linked };
}
