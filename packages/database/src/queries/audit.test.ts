import type { AuditFilter } from "@local-mcp/contract";
import { sql } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Db } from "../db.ts";
import { useDb, useTempDir } from "../test-kit.ts";
import {
  type AuditInsert,
  type AuditPosition,
  type AuditRow,
  createAuditQueries,
} from "./audit.ts";

const temp = useTempDir();
const statements: string[] = [];
const opened = useDb(() => temp("x.db"), { verbose: (statement) => statements.push(statement) });

let db: Db;
let audit: ReturnType<typeof createAuditQueries>;
beforeEach(() => {
  db = opened();
  audit = createAuditQueries(db);
});

const entry: AuditInsert = {
  createdAt: 1000,
  actor: "cli",
  actorName: "command line",
  action: "server.create",
  outcome: "ok",
  subjectKind: "server",
  subjectId: "1",
  subjectName: "one",
  detail: {},
};

/** All pages of so many rows, one after another. */
function pages(
  read: (filter: AuditFilter, at: AuditPosition | null, limit: number) => AuditRow[],
  limit: number,
): number[][] {
  const ids: number[][] = [];
  let at: AuditPosition | null = null;
  for (;;) {
    const rows: AuditRow[] = read({}, at, limit);
    if (rows.length === 0) return ids;
    ids.push(rows.map(({ id }) => id));
    at = rows.at(-1) ?? null;
  }
}

describe("pages", () => {
  test("hold each entry once, also of one millisecond and of a clock that was put back", () => {
    for (const createdAt of [1000, 2000, 2000, 2000, 2000, 1500, 3000]) {
      audit.insert({ ...entry, createdAt });
    }
    const newestFirst = [7, 5, 4, 3, 2, 6, 1];
    for (const limit of [1, 2, 3, 7, 8]) {
      expect(pages(audit.page, limit).flat()).toEqual(newestFirst);
      expect(pages(audit.pageFromOldest, limit).flat()).toEqual(newestFirst.toReversed());
    }
    expect(pages(audit.page, 3).map(({ length }) => length)).toEqual([3, 3, 1]);
  });

  test("hold what a filter asks for", () => {
    audit.insert(entry);
    audit.insert({ ...entry, createdAt: 2000, actor: "token", actorName: "Cursor" });
    audit.insert({ ...entry, createdAt: 3000, action: "server.start", subjectId: "2" });
    audit.insert({ ...entry, createdAt: 4000, action: "token.create", subjectName: null });
    const found = (filter: AuditFilter) => audit.page(filter, null, 10).map(({ id }) => id);
    expect(found({ actor: "Cursor" })).toEqual([2]);
    expect(found({ actor: "token" })).toEqual([2]);
    expect(found({ actor: "Curs" })).toEqual([]);
    expect(found({ action: "server." })).toEqual([3, 2, 1]);
    expect(found({ action: "server.start" })).toEqual([3]);
    expect(found({ action: "%" })).toEqual([]);
    expect(found({ subject: "one" })).toEqual([3, 2, 1]);
    expect(found({ subject: "1" })).toEqual([4, 2, 1]);
    expect(found({ from: 2000, to: 4000 })).toEqual([3, 2]);
    expect(found({ from: 2000, actor: "cli", action: "token." })).toEqual([4]);
  });

  test("of a hundred thousand entries are found by an index", () => {
    db.run(sql`
      INSERT INTO audit_log (created_at, actor, actor_name, action, outcome, subject_kind, subject_id, subject_name)
      WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 100000)
      SELECT n, 'cli', 'name ' || (n % 50), 'server.update', 'ok', 'server', n % 1000, 's' || (n % 1000) FROM number`);
    const filters: AuditFilter[] = [
      {},
      { actor: "name 7" },
      { action: "token." },
      { subject: "s7" },
      { from: 10, to: 90_000 },
      { from: 10, to: 90_000, actor: "cli", action: "server.", subject: "7" },
    ];
    for (const filter of filters) {
      for (const at of [null, { createdAt: 50_000, id: 50_000 }]) {
        statements.length = 0;
        audit.page(filter, at, 100);
        audit.pageFromOldest(filter, at, 100);
        for (const statement of statements.splice(0))
          expect(planOf(statement)).not.toMatch(/\bSCAN\b/);
      }
    }
    expect(audit.page({ subject: "s7" }, null, 500)).toHaveLength(100);
    expect(audit.count()).toBe(100_000);
    statements.length = 0;
    expect(audit.deleteBefore(101, 60)).toBe(60);
    const [deletion] = statements;
    expect(audit.deleteBefore(101, 60)).toBe(40);
    expect(audit.deleteBefore(101, 60)).toBe(0);
    expect(audit.deleteOldest(7)).toBe(7);
    expect(audit.pageFromOldest({}, null, 1)[0]).toMatchObject({ createdAt: 108 });
    expect(planOf(deletion ?? "")).not.toMatch(/\bSCAN\b/);
  });
});

test("the id of an entry is never given to another", () => {
  audit.insert(entry);
  audit.insert(entry);
  expect(audit.deleteOldest(10)).toBe(2);
  audit.insert(entry);
  expect(audit.page({}, null, 1)[0]?.id).toBe(3);
});

const planRow = z.object({ detail: z.string() });

const planOf = (statement: string): string =>
  db
    .all(sql.raw(`EXPLAIN QUERY PLAN ${statement.replaceAll("?", "1")}`))
    .map((row) => planRow.parse(row).detail)
    .join("\n");
