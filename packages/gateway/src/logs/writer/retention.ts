import type { Connection } from "@local-mcp/database";
import type { Retention } from "./messages.ts";
import { idsOf, partOf, type TextIndex } from "./text-index.ts";

const DAY_MS = 86_400_000;
const MIB = 1024 * 1024;

/** Others wait no longer than that for the thread, ms; what follows a slice takes as long again. */
const SLICE_MS = 8;
/** Rows that a slice looks at. */
const ROWS_AT_ONCE = 500;
/** Free pages that stay for what comes: so many, or this part of all. */
const FREE_PAGES = 64;
const FREE_PART = 0.02;
/** What is moved to the front of the file in a moment. */
const FEW_PAGES = 4096;
/** Pages given back to the disk by a slice. */
const PAGES_GIVEN_BACK = 32;

export interface Pruned {
  rows: number;
  /** Whether there is more to remove. */
  more: boolean;
}

interface Due {
  /** So many of the oldest have to go, whatever their age. */
  excess: number;
  /** What began before has to go, ms since 1970. */
  before: number;
}

/** Removes some of what is kept no longer, the oldest first; what is pinned stays. In a transaction. */
export function pruneSome(
  db: Connection,
  index: TextIndex,
  { retention, now, count }: { retention: Retention; now: number; count: number },
): Pruned {
  const empty = emptyPart(db, index);
  if (empty !== null) {
    index.drop(empty);
    return { rows: 0, more: true };
  }
  const due = dueOf(retention, { used: usedBytes(db), count, now });
  const ids = someDue(db, due);
  const [oldest] = ids;
  if (oldest === undefined) return { rows: 0, more: false };
  if (index.has(partOf(oldest)) && isWholePartDue(db, partOf(oldest), due)) {
    // At once, instead of row by row.
    index.drop(partOf(oldest));
    return { rows: 0, more: true };
  }
  return { rows: removed(db, index, ids), more: true };
}

/**
 * Gives free pages back to the disk, some at a time.
 *
 * @returns whether there are more than should be kept for what comes
 */
export function giveBackSome(db: Connection, pages = PAGES_GIVEN_BACK): boolean {
  if (!hasFree(db)) return false;
  db.pragma(`incremental_vacuum(${pages})`);
  return hasFree(db);
}

/**
 * Gives all of them back at once, where so little is left in the file that moving it to the front
 * takes no time. One page after the other would take minutes where there are many.
 *
 * @returns whether it did
 */
export function giveBackAll(db: Connection): boolean {
  const used = pragma(db, "page_count") - pragma(db, "freelist_count");
  if (used > FEW_PAGES) return false;
  // Done by the commit that says it: https://sqlite.org/pragma.html#pragma_auto_vacuum
  db.pragma("auto_vacuum = FULL");
  db.pragma("auto_vacuum = INCREMENTAL");
  return true;
}

/** What the file takes without its free pages, bytes. */
export const usedBytes = (db: Connection): number =>
  (pragma(db, "page_count") - pragma(db, "freelist_count")) * pragma(db, "page_size");

const pragma = (db: Connection, name: string): number => Number(db.pragma(name, { simple: true }));

const hasFree = (db: Connection): boolean =>
  pragma(db, "freelist_count") > Math.max(FREE_PAGES, pragma(db, "page_count") * FREE_PART);

function dueOf(
  retention: Retention,
  { used, count, now }: { used: number; count: number; now: number },
): Due {
  const tooMuch = used - retention.logKeepMb * MIB;
  // A row of the size that they have on the average.
  const bySize = tooMuch > 0 ? Math.ceil((tooMuch / used) * count) : 0;
  return {
    excess: Math.max(count - retention.logKeepRows, bySize),
    before: now - retention.logKeepDays * DAY_MS,
  };
}

/** Those of any age first. Of the others the oldest may stand anywhere: clocks are set. */
function someDue(db: Connection, { excess, before }: Due): number[] {
  const [began, most] = excess > 0 ? [Infinity, excess] : [before, ROWS_AT_ONCE];
  return db
    .prepare<[number, number], number>(
      "SELECT id FROM debug_log_facts WHERE is_pinned = 0 AND at < ? ORDER BY id LIMIT ?",
    )
    .pluck()
    .all(began, Math.min(most, ROWS_AT_ONCE));
}

/** A part of the index that is full, and of whose rows none is there. */
function emptyPart(db: Connection, index: TextIndex): number | null {
  const { oldest, newest } = index;
  if (oldest === null || oldest === newest || partFacts(db, oldest).rows > 0) return null;
  return oldest;
}

function isWholePartDue(db: Connection, part: number, { excess, before }: Due): boolean {
  const { rows, lastAt, pinned } = partFacts(db, part);
  return pinned === 0 && (rows <= excess || (lastAt !== null && lastAt < before));
}

interface PartFacts {
  rows: number;
  lastAt: number | null;
  pinned: number;
}

function partFacts(db: Connection, part: number): PartFacts {
  const facts = db
    .prepare<[number, number], PartFacts>(
      "SELECT count(*) AS rows, max(at) AS lastAt, total(is_pinned) AS pinned FROM debug_log_facts WHERE id BETWEEN ? AND ?",
    )
    .get(...idsOf(part));
  return facts ?? { rows: 0, lastAt: null, pinned: 0 };
}

function removed(db: Connection, index: TextIndex, ids: readonly number[]): number {
  const facts = db.prepare("DELETE FROM debug_log_facts WHERE id = ?");
  const log = db.prepare("DELETE FROM debug_logs WHERE id = ?");
  const begun = performance.now();
  let rows = 0;
  for (const id of ids) {
    facts.run(id);
    log.run(id);
    index.remove(id);
    rows += 1;
    if (performance.now() - begun > SLICE_MS) break;
  }
  return rows;
}
