import type { AuditFilter } from "@local-mcp/contract";
import { and, asc, count, desc, eq, gte, inArray, lt, or, type SQL, sql } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { auditLog } from "../schema/system.ts";

export type AuditRow = typeof auditLog.$inferSelect;
export type AuditInsert = Omit<typeof auditLog.$inferInsert, "id">;

/** Where a page begins: behind the row of this time and id. */
export type AuditPosition = Pick<AuditRow, "createdAt" | "id">;

const { createdAt, id, actor, actorName, action, subjectId, subjectName } = auditLog;
const place = sql`(${createdAt}, ${id})`;
const at = (position: AuditPosition): SQL => sql`(${position.createdAt}, ${position.id})`;

const isBy = (text: string): SQL | undefined => or(sql`${actor} = ${text}`, eq(actorName, text));
const startsWith = (text: string): SQL => sql`substr(${action}, 1, ${text.length}) = ${text}`;
const isAbout = (text: string): SQL | undefined => or(eq(subjectName, text), eq(subjectId, text));

const matching = (filter: AuditFilter): SQL | undefined =>
  and(
    // Also where no time is asked for, so that the index of times is entered and not walked.
    gte(createdAt, filter.from ?? 0),
    filter.to === undefined ? undefined : lt(createdAt, filter.to),
    filter.actor === undefined ? undefined : isBy(filter.actor),
    filter.action === undefined ? undefined : startsWith(filter.action),
    filter.subject === undefined ? undefined : isAbout(filter.subject),
  );

/** The audit log, in the order of time and, within a millisecond, of writing. */
export const createAuditQueries = (db: Queryable) => {
  const page = (where: SQL | undefined) => db.select().from(auditLog).where(where);
  const deleteOldest = (where: SQL | undefined, limit: number): number => {
    const oldest = db.select({ id }).from(auditLog).where(where);
    const ids = oldest.orderBy(asc(createdAt), asc(id)).limit(limit);
    return db.delete(auditLog).where(inArray(id, ids)).run().changes;
  };
  return {
    insert: (values: AuditInsert): void => {
      db.insert(auditLog).values(values).run();
    },
    /** Newest first. */
    page: (filter: AuditFilter, before: AuditPosition | null, limit: number): AuditRow[] =>
      page(and(matching(filter), before ? sql`${place} < ${at(before)}` : undefined))
        .orderBy(desc(createdAt), desc(id))
        .limit(limit)
        .all(),
    /** The same from the other end, oldest first. */
    pageFromOldest: (filter: AuditFilter, after: AuditPosition | null, limit: number): AuditRow[] =>
      page(and(matching(filter), after ? sql`${place} > ${at(after)}` : undefined))
        .orderBy(asc(createdAt), asc(id))
        .limit(limit)
        .all(),
    count: (): number => db.select({ rows: count() }).from(auditLog).get()?.rows ?? 0,
    /** The oldest of those before a moment, ms since 1970. @returns how many there were */
    deleteBefore: (moment: number, limit: number): number =>
      deleteOldest(lt(createdAt, moment), limit),
    /** @returns how many there were */
    deleteOldest: (limit: number): number => deleteOldest(undefined, limit),
  };
};
