import { join } from "node:path";
import { openSqlite } from "@local-mcp/database";
import { pause } from "./child.ts";
import type { Loaded } from "./logs-load.ts";
import { atMost, type Figure, told } from "./figures.ts";
import { onStage } from "./logs-stage.ts";
import { chance } from "./logs-words.ts";
import { median } from "./stats.ts";

const PART = "kill";
const CALLS_PER_SECOND = 500;
const MOST_MS = 250;
/** Each gateway serves so long at least, and up to twice as long, ms. */
const SERVED = 1500;
/** Calls that may be lost at all are among so many of the newest rows. */
const NEWEST = 5000;

/** What a crash in the midst of calls takes from the log: how old the oldest of it is. */
export const measureKills = (kills: number): Promise<Figure[]> =>
  onStage({}, async (stage) => {
    const random = chance(7);
    const lost: { ms: number; calls: number }[] = [];
    for (let count = 0; count < kills; count += 1) {
      if (count > 0) await stage.restart();
      const over = new AbortController();
      const running = stage.load.run(CALLS_PER_SECOND, 60, over.signal);
      await pause(SERVED * (1 + random()));
      const killedAt = performance.now();
      await stage.gateway.kill();
      over.abort();
      lost.push(lostOf(await running, killedAt, storedIn(stage.dataDir)));
    }
    const ages = lost.map(({ ms }) => ms);
    return [
      atMost(PART, `oldest lost by a SIGKILL, most of ${kills}`, Math.max(...ages), MOST_MS, " ms"),
      told(PART, "oldest lost, median", `${median(ages).toFixed(0)} ms`),
      told(PART, "calls lost, median", `${median(lost.map(({ calls }) => calls))}`),
    ];
  });

/** Calls that were answered before the end and are not in the log with their answer. */
function lostOf(
  { answeredAt }: Loaded,
  killedAt: number,
  stored: ReadonlySet<number>,
): { ms: number; calls: number } {
  const lost = [...answeredAt].filter(([call]) => !stored.has(call)).map(([, at]) => killedAt - at);
  return { ms: Math.max(0, ...lost), calls: lost.length };
}

/** Calls among the newest rows whose answer to the client is recorded. */
function storedIn(dataDir: string): Set<number> {
  const connection = openSqlite(join(dataDir, "traffic.db"));
  const rows = connection
    .prepare<[], Buffer | string>(
      `SELECT request_payload FROM debug_logs JOIN debug_log_facts USING (id)
      WHERE request_type = 'tools/call' AND response_payload IS NOT NULL AND kind = 0
      ORDER BY id DESC LIMIT ${NEWEST}`,
    )
    .pluck()
    .all();
  connection.close();
  return new Set(
    rows.flatMap((row) => {
      const word = /call([\da-z]{6})q/.exec(row.toString())?.[1];
      return word === undefined ? [] : [Number.parseInt(word, 36)];
    }),
  );
}
