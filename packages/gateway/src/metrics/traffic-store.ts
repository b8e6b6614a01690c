import type { MetricKind } from "@local-mcp/contract";
import {
  closeFile,
  type Connection,
  openFile,
  openSqlite,
  trafficFile,
  translating,
} from "@local-mcp/database";
import { type CallRow, HOUR_MS, hourOf, KINDS, REMOVED, TABLES } from "./call-row.ts";
import { HourCell, type HourRow, type HourSum } from "./hour-sum.ts";
import type { MetricsFiles } from "./worker-messages.ts";

/** Rows that are deleted at once, so that what waits for the file does not wait long. */
const PRUNED_AT_ONCE = 10_000;
/** Pages given back to the disk after that. */
const PAGES_GIVEN_BACK = 2000;

/** What is forgotten; without anything all of it. */
export interface ResetScope {
  kind?: MetricKind | undefined;
  name?: string | undefined;
  /** Null for the gateway itself. */
  serverId?: string | null | undefined;
}

/**
 * `open`: the rows in `traffic.db` are what counts. `both`: the same is summed up, and one may read
 * either. `left`: some of the rows are gone, and the sum is what counts. Of every other hour there is
 * at most the sum.
 */
type HourState = "open" | "both" | "left";

export interface Hour {
  state: HourState;
  /** How many rows of calls it has at most. */
  rows: number;
}

const ALL_RAW = [...KINDS.map((kind) => TABLES[kind].raw), "server_metrics"];

/** `traffic.db`, as far as calls are counted in it. All of it runs in a thread of its own. */
export class TrafficStore {
  readonly #files: MetricsFiles;
  #connection: Connection | null = null;
  #configuration: Connection | null = null;
  readonly #hours = new Map<number, Hour>();
  /** Hours whose sum is being stored, unless a call came meanwhile. */
  readonly #summing = new Set<number>();

  constructor(files: MetricsFiles) {
    this.#files = files;
  }

  /** @throws GatewayError disk_full and others; nothing of it is stored then */
  record(rows: readonly CallRow[]): void {
    this.read((db) => {
      const inserts = new Map(
        KINDS.map((kind) => [kind, db.prepare(insertInto(TABLES[kind].raw, TABLES[kind].name))]),
      );
      const server = db.prepare(insertInto("server_metrics"));
      db.transaction(() => {
        for (const { kind, name, profileId, serverId, durationMs, ok, error, at } of rows) {
          const values = [profileId, serverId, durationMs, ok ? 1 : 0, error, at];
          inserts.get(kind)?.run(...values, name);
          server.run(...values);
        }
      })();
    });
    for (const { at } of rows) {
      const hour = hourOf(at);
      this.#hours.set(hour, { state: "open", rows: (this.#hours.get(hour)?.rows ?? 0) + 1 });
      this.#summing.delete(hour);
    }
  }

  /** Every hour that has rows. */
  hours(): ReadonlyMap<number, Hour> {
    this.read(() => {});
    return this.#hours;
  }

  /** Hours that ended before a moment and are not summed up, oldest first. */
  due(before: number): number[] {
    return [...this.hours()]
      .filter(([hour, { state }]) => state === "open" && hour + HOUR_MS <= before)
      .map(([hour]) => hour)
      .sort((one, other) => one - other);
  }

  sum(hour: number): HourSum {
    this.#summing.add(hour);
    const names = this.names();
    return this.read((db) => {
      const of = (raw: string, column: string): HourRow[] =>
        sumOf(db, { raw, column, hour, names });
      const kind = (one: MetricKind): HourRow[] => of(TABLES[one].raw, TABLES[one].name);
      return {
        hour,
        tool: kind("tool"),
        prompt: kind("prompt"),
        resource: kind("resource"),
        server: of("server_metrics", "''"),
      };
    });
  }

  /** The sum of an hour is stored. One to which a call came meanwhile is summed up again. */
  summed(hour: number): void {
    if (this.#summing.delete(hour)) this.#mark(hour, "both");
  }

  /** Deletes rows of hours that are summed up. @returns how many; 0 where none are left to go */
  prune(before: number): number {
    const [hour] = [...this.hours()]
      .filter(([start, { state }]) => state !== "open" && start + HOUR_MS <= before)
      .map(([start]) => start);
    if (hour === undefined) return 0;
    this.#mark(hour, "left");
    const deleted = this.read((db) => {
      let rows = 0;
      for (const raw of ALL_RAW) {
        const some = `SELECT id FROM ${raw} WHERE created_at >= ? AND created_at < ? LIMIT ?`;
        const remove = db.prepare(`DELETE FROM ${raw} WHERE id IN (${some})`);
        rows += remove.run(hour, hour + HOUR_MS, PRUNED_AT_ONCE).changes;
      }
      db.pragma(`incremental_vacuum(${PAGES_GIVEN_BACK})`);
      return rows;
    });
    if (deleted === 0) this.#hours.delete(hour);
    return Math.max(deleted, 1);
  }

  /** @returns how many calls, without those of hours that are summed up */
  reset({ kind, name, serverId }: ResetScope): number {
    const ofServer = serverId === undefined ? [] : ["mcp_server_id IS ?"];
    const open = this.due(Number.POSITIVE_INFINITY);
    const given = [serverId, name].filter((one) => one !== undefined);
    return this.read((db) => {
      let calls = 0;
      for (const one of kind === undefined ? KINDS : [kind]) {
        const { raw, name: column } = TABLES[one];
        const ofName = name === undefined ? [] : [`${column} = ?`];
        const where = [...ofServer, ...ofName].join(" AND ") || "1";
        const count = db
          .prepare<unknown[], number>(
            `SELECT count(*) FROM ${raw} WHERE ${where} AND created_at >= ? AND created_at < ?`,
          )
          .pluck();
        for (const hour of open) calls += count.get(...given, hour, hour + HOUR_MS) ?? 0;
        db.prepare(`DELETE FROM ${raw} WHERE ${where}`).run(...given);
      }
      // A server as a whole has no names and no kinds.
      if (kind === undefined && name === undefined) {
        const where = ofServer[0] ?? "1";
        db.prepare(`DELETE FROM server_metrics WHERE ${where}`).run(...given);
      }
      return calls;
    });
  }

  /** The slugs and names that there are now, by id. */
  names(): Names {
    return this.configuration((db) => ({
      profiles: new Map(
        db.prepare<[], [string, string]>("SELECT id, slug FROM profiles").raw().all(),
      ),
      servers: new Map(
        db.prepare<[], [string, string]>("SELECT id, name FROM mcp_servers").raw().all(),
      ),
    }));
  }

  /** Reads the configuration database. */
  configuration<T>(run: (db: Connection) => T): T {
    const { database } = this.#files;
    return translating(database, () => {
      this.#configuration ??= openSqlite(database, { readonly: true });
      return run(this.#configuration);
    });
  }

  /** Runs on the traffic database. */
  read<T>(run: (db: Connection) => T): T {
    const { traffic } = this.#files;
    return translating(traffic, () => {
      this.#connection ??= this.#open();
      return run(this.#connection);
    });
  }

  /** Lets go of the traffic database; what needs it next opens it again. */
  release(): void {
    const connection = this.#connection;
    this.#connection = null;
    this.#hours.clear();
    this.#summing.clear();
    if (connection) closeFile(connection);
  }

  close(): void {
    this.release();
    this.#configuration?.close();
    this.#configuration = null;
  }

  #open(): Connection {
    const connection = openFile(this.#files.traffic, trafficFile, {});
    try {
      this.#readHours(connection);
      return connection;
    } catch (error) {
      closeFile(connection);
      throw error;
    }
  }

  /** Whether an hour is summed up whole is told by the number of its calls. */
  #readHours(connection: Connection): void {
    const counts = "SELECT created_at - created_at % ? AS hour, count(*) FROM server_metrics";
    const raw = connection.prepare<[number], [number, number]>(`${counts} GROUP BY hour`).raw();
    const sums = this.configuration(
      (db) =>
        new Map(
          db
            .prepare<[], [number, number]>(
              "SELECT hour_start, sum(success_count + failure_count) FROM server_metrics_hourly GROUP BY hour_start",
            )
            .raw()
            .all(),
        ),
    );
    this.#hours.clear();
    for (const [hour, calls] of raw.all(HOUR_MS)) {
      const summed = sums.get(hour) ?? 0;
      const state = calls > summed ? "open" : calls === summed ? "both" : "left";
      this.#hours.set(hour, { state, rows: calls });
    }
  }

  #mark(hour: number, state: HourState): void {
    this.#hours.set(hour, { state, rows: this.#hours.get(hour)?.rows ?? 0 });
  }
}

export interface Names {
  profiles: ReadonlyMap<string, string>;
  servers: ReadonlyMap<string, string>;
}

const insertInto = (table: string, name?: string): string => {
  const columns = [
    "profile_id",
    "mcp_server_id",
    "duration_ms",
    "is_success",
    "error_message",
    "created_at",
    ...(name === undefined ? [] : [name]),
  ];
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
};

/** Profile, server, duration, success, name. */
type Row = [string | null, string | null, number, number, string];

function sumOf(
  db: Connection,
  { raw, column, hour, names }: { raw: string; column: string; hour: number; names: Names },
): HourRow[] {
  const { profiles, servers } = names;
  const rows = db
    .prepare<[number, number], Row>(
      `SELECT profile_id, mcp_server_id, duration_ms, is_success, ${column} FROM ${raw} WHERE created_at >= ? AND created_at < ?`,
    )
    .raw()
    .iterate(hour, hour + HOUR_MS);
  const cells = new Map<string, HourCell>();
  for (const [profileId, serverId, durationMs, ok, name] of rows) {
    const called = {
      profileId: profiles.has(profileId ?? "") ? profileId : null,
      profileSlug: profileId === null ? "" : (profiles.get(profileId) ?? REMOVED),
      mcpServerId: servers.has(serverId ?? "") ? serverId : null,
      serverName: serverId === null ? "" : (servers.get(serverId) ?? REMOVED),
      name,
    };
    const key = JSON.stringify([called.profileSlug, called.serverName, name]);
    const cell = cells.get(key) ?? new HourCell(called);
    cells.set(key, cell);
    cell.add(durationMs, ok === 1);
  }
  return [...cells.values()].map((cell) => cell.row());
}
