import { and, eq, inArray, isNull, lt, type SQL } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Queryable } from "../db.ts";
import {
  promptMetricsHourly,
  resourceMetricsHourly,
  serverMetricsHourly,
  toolMetricsHourly,
} from "../schema/metrics.ts";
import { profiles } from "../schema/profiles.ts";
import { mcpServers } from "../schema/servers.ts";

/** What the calls of one hour come to, for one name of a server in a profile. */
export type HourInsert = Omit<typeof serverMetricsHourly.$inferInsert, "id" | "hourStart"> & {
  profileId: string | null;
  mcpServerId: string | null;
  /** "" for the server as a whole. */
  name: string;
};

export interface HourInserts {
  tool: HourInsert[];
  prompt: HourInsert[];
  resource: HourInsert[];
  server: HourInsert[];
}

/** Which sums are forgotten; without anything all of them. */
export interface HoursOf {
  kind?: "tool" | "prompt" | "resource" | undefined;
  name?: string | undefined;
  /** Null for the gateway itself. */
  serverId?: string | null | undefined;
}

/** Rows of one statement, which may have some thousand values. */
const AT_ONCE = 100;

interface HourTable extends SQLiteTable {
  id: SQLiteColumn;
  hourStart: SQLiteColumn;
  mcpServerId: SQLiteColumn;
  serverName: SQLiteColumn;
}

const NAMED = {
  tool: { table: toolMetricsHourly, name: toolMetricsHourly.toolName },
  prompt: { table: promptMetricsHourly, name: promptMetricsHourly.promptName },
  resource: { table: resourceMetricsHourly, name: resourceMetricsHourly.resourceUri },
} as const;
const KINDS = ["tool", "prompt", "resource"] as const;
const ALL: readonly HourTable[] = [...KINDS.map((kind) => NAMED[kind].table), serverMetricsHourly];

const ofServer = (table: HourTable, serverId: string | null | undefined): SQL | undefined => {
  if (serverId === undefined) return undefined;
  return serverId === null
    ? and(isNull(table.mcpServerId), eq(table.serverName, ""))
    : eq(table.mcpServerId, serverId);
};

function* slices<T>(rows: readonly T[]): Generator<T[]> {
  for (let at = 0; at < rows.length; at += AT_ONCE) yield rows.slice(at, at + AT_ONCE);
}

/** The sums of hours. An hour is written whole, over whatever there is of it. */
export const createMetricsQueries = (db: Queryable) => {
  /** What is still there may be referred to. */
  const known = (rows: readonly HourInsert[], hourStart: number) => {
    const idsOf = (table: typeof profiles | typeof mcpServers): Set<string> =>
      new Set(
        db
          .select({ id: table.id })
          .from(table)
          .all()
          .map(({ id }) => id),
      );
    const [profileIds, serverIds] = [idsOf(profiles), idsOf(mcpServers)];
    return rows.map((row) => ({
      ...row,
      hourStart,
      profileId: profileIds.has(row.profileId ?? "") ? row.profileId : null,
      mcpServerId: serverIds.has(row.mcpServerId ?? "") ? row.mcpServerId : null,
    }));
  };
  return {
    /** @param hourStart ms since 1970 */
    replaceHour(hourStart: number, { tool, prompt, resource, server }: HourInserts): void {
      db.transaction(() => {
        for (const table of ALL) db.delete(table).where(eq(table.hourStart, hourStart)).run();
        for (const rows of slices(known(tool, hourStart))) {
          const values = rows.map(({ name, ...row }) => ({ ...row, toolName: name }));
          db.insert(toolMetricsHourly).values(values).run();
        }
        for (const rows of slices(known(prompt, hourStart))) {
          const values = rows.map(({ name, ...row }) => ({ ...row, promptName: name }));
          db.insert(promptMetricsHourly).values(values).run();
        }
        for (const rows of slices(known(resource, hourStart))) {
          const values = rows.map(({ name, ...row }) => ({ ...row, resourceUri: name }));
          db.insert(resourceMetricsHourly).values(values).run();
        }
        for (const rows of slices(known(server, hourStart))) {
          const values = rows.map(({ name: _name, ...row }) => row);
          db.insert(serverMetricsHourly).values(values).run();
        }
      });
    },
    /** @returns how many there were */
    deleteBefore(moment: number, limit: number): number {
      let deleted = 0;
      for (const table of ALL) {
        const old = db.select({ id: table.id }).from(table).where(lt(table.hourStart, moment));
        deleted += db
          .delete(table)
          .where(inArray(table.id, old.limit(limit)))
          .run().changes;
      }
      return deleted;
    },
    /** @returns how many calls were summed up in them */
    reset({ kind, name, serverId }: HoursOf): number {
      let calls = 0;
      db.transaction(() => {
        for (const one of kind === undefined ? KINDS : [kind]) {
          const { table, name: column } = NAMED[one];
          const named = name === undefined ? undefined : eq(column, name);
          const gone = db
            .delete(table)
            .where(and(named, ofServer(table, serverId)))
            .returning({ ok: table.successCount, failed: table.failureCount })
            .all();
          for (const { ok, failed } of gone) calls += ok + failed;
        }
        // A server as a whole has no names and no kinds.
        if (kind === undefined && name === undefined) {
          db.delete(serverMetricsHourly).where(ofServer(serverMetricsHourly, serverId)).run();
        }
      });
      return calls;
    },
  };
};
