import { setImmediate as nextTurn } from "node:timers/promises";
import type {
  AuditEntry,
  AuditFilter,
  AuditOutcome,
  AuditPage,
  auditQuery,
} from "@local-mcp/contract";
import type { AuditPosition, AuditRow } from "@local-mcp/database";
import type { Log } from "@local-mcp/engine";
import type { z } from "zod";
import type { Events } from "../events.ts";
import type { Stores } from "../stores.ts";
import { type AuditActor, type AuditNote, GATEWAY, rowOf } from "./note.ts";
import { Refusals } from "./refusals.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Entries that are kept at most. */
const MAX_ENTRIES = 100_000;
/** Entries that are removed or read at once; others have their turn in between. */
const SLICE = 500;
/** Changes within this time are told together, ms. */
const TOGETHER_MS = 1000;

export interface AuditOptions {
  store: Stores["audit"];
  events: Pick<Events, "publish">;
  /** Takes the secrets that are known, and what looks like one, out of a text. */
  redact: (text: string) => string;
  keepDays: () => number;
  log: Log;
}

/**
 * Who did what, when: written right after it was done and before that is acknowledged, never changed,
 * and removed by age and number alone.
 */
export class Audit {
  readonly #options: AuditOptions;
  readonly #refusals: Refusals;
  #sweeper: NodeJS.Timeout | null = null;
  #teller: NodeJS.Timeout | null = null;
  /** Whether something was written since the last telling. */
  #isUntold = false;
  /** Entries that could not be written, and why the last one could not. */
  #lost = { entries: 0, reason: "" };
  #closed = false;

  constructor(options: AuditOptions) {
    this.#options = options;
    this.#refusals = new Refusals((actor, note) => this.#write(actor, note, "failed"));
  }

  /** How many entries could not be written, and why; null where all were. */
  get problem(): { entries: number; reason: string } | null {
    return this.#lost.entries === 0 ? null : { ...this.#lost };
  }

  /** Something was done. Never throws: what was done stays done. */
  record(actor: AuditActor, note: AuditNote): void {
    this.#write(actor, note, "ok");
  }

  /** Something was refused or failed. Of many alike there is one entry a minute, with their number. */
  refuse(actor: AuditActor, note: AuditNote): void {
    if (!this.#closed) this.#refusals.add(actor, note);
  }

  /** Something failed of which each attempt counts. */
  fail(actor: AuditActor, note: AuditNote): void {
    this.#write(actor, note, "failed");
  }

  /** Secrets left the vault in the clear or under another key, as an export or a backup does. */
  secretRead(actor: AuditActor, purpose: "export" | "backup", secrets: number): void {
    const subject = { kind: purpose, id: null, name: null };
    this.record(actor, { action: "secret.read", subject, detail: { secrets } });
  }

  list(query: z.infer<typeof auditQuery>): AuditPage {
    const { before, limit, ...filter } = query;
    // One more than is asked for tells whether there is another page.
    const rows = this.#options.store.page(filter, positionOf(before), limit + 1);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      entries: shown.map(entryOf),
      next: rows.length > limit && last ? `${last.createdAt}.${last.id}` : null,
    };
  }

  /** @returns JSON Lines, oldest first */
  async export(filter: AuditFilter): Promise<{ text: string; entries: number }> {
    const lines: string[] = [];
    let after: AuditPosition | null = null;
    for (;;) {
      const rows: AuditRow[] = this.#options.store.pageFromOldest(filter, after, SLICE);
      for (const row of rows) lines.push(`${JSON.stringify(entryOf(row))}\n`);
      after = rows.at(-1) ?? null;
      if (rows.length < SLICE || this.#closed) break;
      await nextTurn();
    }
    return { text: lines.join(""), entries: lines.length };
  }

  /** Removes what is too old, now and every hour. */
  start(): void {
    if (this.#sweeper !== null || this.#closed) return;
    this.#sweeper = setInterval(() => this.#sweepSoon(), HOUR_MS);
    this.#sweeper.unref();
    this.#sweepSoon();
  }

  /** Writes what it still holds. Nothing is written afterwards. */
  close(): void {
    this.#refusals.close();
    this.#closed = true;
    if (this.#sweeper !== null) clearInterval(this.#sweeper);
    if (this.#teller !== null) clearTimeout(this.#teller);
  }

  /** Removes what is older than it is to be kept, and the oldest of what is too many. */
  async sweep(): Promise<void> {
    const { store, keepDays } = this.#options;
    const oldest = Date.now() - keepDays() * DAY_MS;
    await this.#inSlices((limit) => store.deleteBefore(oldest, limit));
    let tooMany = this.#closed ? 0 : store.count() - MAX_ENTRIES;
    await this.#inSlices((limit) => {
      const removed = tooMany > 0 ? store.deleteOldest(Math.min(limit, tooMany)) : 0;
      tooMany -= removed;
      return removed;
    });
  }

  async #inSlices(remove: (limit: number) => number): Promise<void> {
    while (!this.#closed && remove(SLICE) > 0) await nextTurn();
  }

  #sweepSoon(): void {
    this.sweep().catch((error: unknown) => {
      this.#options.log.error("old entries of the audit log could not be removed", {
        error: String(error),
      });
    });
  }

  #write(actor: AuditActor, note: AuditNote, outcome: AuditOutcome): void {
    if (this.#closed) return;
    const { redact, log } = this.#options;
    try {
      this.#tellOfLost();
      this.#insert(actor, note, outcome);
    } catch (error) {
      this.#lost = { entries: this.#lost.entries + 1, reason: redact(String(error)) };
      log.error("the audit log could not be written", {
        action: note.action,
        error: this.#lost.reason,
      });
    }
  }

  /** A log with a gap says so, in the gap. */
  #tellOfLost(): void {
    const { entries, reason } = this.#lost;
    if (entries === 0) return;
    const detail = { entries, reason };
    this.#insert(GATEWAY, { action: "audit.lost", subject: null, detail }, "failed");
    this.#lost = { entries: 0, reason: "" };
  }

  #insert(actor: AuditActor, note: AuditNote, outcome: AuditOutcome): void {
    const { store, redact } = this.#options;
    store.insert({ createdAt: Date.now(), ...rowOf(actor, note, outcome, redact) });
    this.#tell();
  }

  #tell(): void {
    if (this.#teller !== null) {
      this.#isUntold = true;
      return;
    }
    this.#options.events.publish({ type: "audit.changed" });
    this.#teller = setTimeout(() => {
      this.#teller = null;
      if (this.#isUntold) this.#tell();
      this.#isUntold = false;
    }, TOGETHER_MS);
    this.#teller.unref();
  }
}

function positionOf(cursor: string | undefined): AuditPosition | null {
  if (cursor === undefined) return null;
  const [createdAt = 0, id = 0] = cursor.split(".").map(Number);
  return { createdAt, id };
}

const entryOf = (row: AuditRow): AuditEntry => ({
  id: row.id,
  at: row.createdAt,
  actor: { kind: row.actor, name: row.actorName },
  action: row.action,
  outcome: row.outcome,
  subject:
    row.subjectKind === null
      ? null
      : { kind: row.subjectKind, id: row.subjectId, name: row.subjectName },
  detail: row.detail,
});
