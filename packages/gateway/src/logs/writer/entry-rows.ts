import { LOCAL_SERVER, type LogOutcome } from "@local-mcp/contract";
import type { Connection } from "@local-mcp/database";
import type { Redactor } from "@local-mcp/vault";
import { type BegunEntry, type EndedEntry, MAX_MESSAGE } from "../entries.ts";
import { LOG_CONTENTS, LOG_DIRECTIONS, LOG_ERAS, LOG_KINDS, LOG_OUTCOMES } from "../facts.ts";
import { packed, type Payload, unpacked } from "../payload.ts";
import type { Names } from "../reader/log-files.ts";
import { type KeptBody, redactedBody, redactedStart } from "./redacted-body.ts";
import type { Term, TermKind, Terms } from "./terms.ts";
import type { TextIndex } from "./text-index.ts";

export interface EntryRowsOptions {
  db: Connection;
  index: TextIndex;
  terms: Terms;
  redactor: Pick<Redactor, "text">;
}

/** How rows are written. */
export interface Writing {
  /** What is kept of a message, bytes; null for all. */
  limit: number | null;
  /** What profiles and servers are called now. */
  names: Names;
}

/** What a profile or server is called that is gone, where no row tells what it was called. */
const REMOVED = "(removed)";

type Value = string | number | Buffer | null;

const LOG_COLUMNS = [
  "correlation_id",
  "profile_id",
  "mcp_server_id",
  "session_id",
  "request_type",
  "request_payload",
  "response_payload",
  "status",
  "error_message",
  "duration_ms",
  "created_at",
];

const FACT_COLUMNS = [
  "id",
  "at",
  "kind",
  "direction",
  "outcome",
  "contents",
  "era",
  "profile",
  "server",
  "session",
  "client",
  "method",
  "name",
  "error",
  "duration_ms",
  "waited_ms",
  "head_ms",
  "request_bytes",
  "response_bytes",
  "http_status",
  "is_request_cut",
  "is_response_cut",
];

const insertInto = (table: string, columns: readonly string[]): string =>
  `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;

/** The three words that the table of the seed has for it. */
const statusOf = (outcome: LogOutcome): string =>
  outcome === "running" ? "pending" : outcome === "ok" ? "success" : "error";

/** Writes rows of debug logs: what is told, without what is secret in it. */
export class EntryRows {
  readonly #options: EntryRowsOptions;
  readonly #insertLog;
  readonly #insertFacts;
  readonly #updateFacts;
  readonly #updateSession;
  readonly #updateLog;
  readonly #request;

  constructor(options: EntryRowsOptions) {
    const { db } = options;
    this.#options = options;
    this.#insertLog = db.prepare<Value[]>(insertInto("debug_logs", LOG_COLUMNS));
    this.#insertFacts = db.prepare<Value[]>(insertInto("debug_log_facts", FACT_COLUMNS));
    this.#updateFacts = db.prepare<Value[]>(
      `UPDATE debug_log_facts SET outcome = ?, error = ?, duration_ms = ?, waited_ms = ?, head_ms = ?,
       response_bytes = ?, http_status = ?, is_response_cut = ?, contents = coalesce(?, contents)
       WHERE id = ?`,
    );
    this.#updateSession = db.prepare<Value[]>(
      "UPDATE debug_log_facts SET session = ?, client = ?, era = ? WHERE id = ?",
    );
    this.#updateLog = db.prepare<Value[]>(
      `UPDATE debug_logs SET response_payload = ?, status = ?, error_message = ?, duration_ms = ?,
       session_id = coalesce(?, session_id) WHERE id = ?`,
    );
    this.#request = db
      .prepare<[number], Payload | null>("SELECT request_payload FROM debug_logs WHERE id = ?")
      .pluck();
  }

  /** @returns the row's id */
  begin(told: BegunEntry, { limit, names }: Writing): number {
    const { index, terms } = this.#options;
    const { ended } = told;
    // What became known with the answer is so from the beginning, where both are written at once.
    const entry = { ...told, ...ended?.session };
    const request = this.#body(entry.request, limit);
    const response = this.#body(ended?.response ?? null, limit);
    const outcome = ended?.outcome ?? "running";
    const session = this.#session(entry);
    const method = terms.of("method", entry.method);
    const { lastInsertRowid } = this.#insertLog.run(
      entry.correlation,
      entry.profileId,
      entry.serverId === LOCAL_SERVER ? null : entry.serverId,
      session.id?.value ?? null,
      method.value,
      request && packed(request.text),
      response && packed(response.text),
      statusOf(outcome),
      this.#message(ended),
      ended?.durationMs ?? null,
      Math.floor(entry.at),
    );
    const id = Number(lastInsertRowid);
    const hasText = request !== null || response !== null;
    const contents = hasText ? "recorded" : entry.hasContents ? "none" : "level";
    this.#insertFacts.run(
      id,
      entry.at,
      LOG_KINDS.indexOf(entry.kind),
      LOG_DIRECTIONS.indexOf(entry.direction),
      LOG_OUTCOMES.indexOf(outcome),
      LOG_CONTENTS.indexOf(contents),
      session.era,
      this.#owner("profile", entry.profileId, names.profiles),
      this.#owner("server", entry.serverId, names.servers),
      session.id?.id ?? null,
      session.client,
      method.id,
      this.#optional("name", entry.name)?.id ?? null,
      this.#optional("error", ended?.error?.code ?? null)?.id ?? null,
      ended?.durationMs ?? null,
      ended?.waitedMs ?? null,
      ended?.headMs ?? null,
      entry.request?.bytes ?? null,
      ended?.response?.bytes ?? null,
      ended?.httpStatus ?? null,
      Number(request?.isCut ?? false),
      Number(response?.isCut ?? false),
    );
    index.insert(id, textsOf(request?.text, response?.text));
    return id;
  }

  /** @returns whether the row is still there */
  end(id: number, ended: EndedEntry, { limit }: Pick<Writing, "limit">): boolean {
    const response = this.#body(ended.response, limit);
    const { changes } = this.#updateFacts.run(
      LOG_OUTCOMES.indexOf(ended.outcome),
      this.#optional("error", ended.error?.code ?? null)?.id ?? null,
      ended.durationMs,
      ended.waitedMs,
      ended.headMs,
      ended.response?.bytes ?? null,
      ended.httpStatus,
      Number(response?.isCut ?? false),
      response && LOG_CONTENTS.indexOf("recorded"),
      id,
    );
    if (changes === 0) return false;
    const session = ended.session && this.#session(ended.session);
    if (session) {
      this.#updateSession.run(session.id?.id ?? null, session.client, session.era, id);
    }
    this.#updateLog.run(
      response && packed(response.text),
      statusOf(ended.outcome),
      this.#message(ended),
      ended.durationMs,
      session?.id?.value ?? null,
      id,
    );
    if (response) {
      const request = this.#request.get(id) ?? null;
      const texts = textsOf(request === null ? undefined : unpacked(request), response.text);
      this.#options.index.replace(id, texts);
    }
    return true;
  }

  #body(body: BegunEntry["request"], limit: number | null): KeptBody | null {
    return redactedBody(body, limit, (text) => this.#options.redactor.text(text));
  }

  #message(ended: EndedEntry | null): string | null {
    const { redactor } = this.#options;
    const message = ended?.error?.message ?? null;
    if (message === null) return null;
    return redactedStart(message, MAX_MESSAGE, (text) => redactor.text(text));
  }

  #session({ sessionId, client, era }: Pick<BegunEntry, "sessionId" | "client" | "era">) {
    return {
      id: this.#optional("session", sessionId),
      client: client && this.#options.terms.of("client", client.name, client.version ?? "").id,
      era: era && LOG_ERAS.indexOf(era),
    };
  }

  #optional(kind: TermKind, value: string | null): Term | null {
    return value === null ? null : this.#options.terms.of(kind, value);
  }

  #owner(
    kind: "profile" | "server",
    id: string | null,
    names: ReadonlyMap<string, string>,
  ): number | null {
    if (id === null) return null;
    const { terms } = this.#options;
    const today = id === LOCAL_SERVER ? LOCAL_SERVER : names.get(id);
    return terms.of(kind, id, today ?? terms.former(kind, id) ?? REMOVED).id;
  }
}

const textsOf = (...texts: (string | undefined)[]): string[] =>
  texts.filter((text) => text !== undefined);
