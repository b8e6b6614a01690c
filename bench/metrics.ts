/**
 * `npm run bench:metrics [-- ROWS]`: how long a query over so many calls takes in the thread that has
 * them, before and after hours are summed up, and what the gateway's own thread feels of it.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createDb, createTrafficDb, openSqlite } from "@local-mcp/database";
import { MetricsService } from "../packages/gateway/src/metrics/metrics-service.ts";
import { TrafficFile } from "../packages/gateway/src/traffic/traffic-file.ts";
import { createStores } from "../packages/gateway/src/stores.ts";

const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;
const rows = Number(process.argv[2] ?? 1_000_000);

/** So many calls of 100 tools of 20 servers in 3 profiles, evenly over so many hours until now. */
function fill(path: string, hours: number, now: number): void {
  createTrafficDb({ path }).close();
  const file = openSqlite(path);
  const columns = "profile_id, mcp_server_id, duration_ms, is_success, created_at";
  const tool = file.prepare(
    `INSERT INTO tool_metrics (${columns}, tool_name) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const server = file.prepare(`INSERT INTO server_metrics (${columns}) VALUES (?, ?, ?, ?, ?)`);
  const from = now - hours * HOUR_MS;
  file.transaction(() => {
    for (let row = 0; row < rows; row += 1) {
      const at = Math.floor(from + (row / rows) * hours * HOUR_MS);
      const ids = [`profile-${row % 3}`, `server-${row % 20}`];
      // Spread over four magnitudes, the same in every run.
      const durationMs = Math.exp(((row * 2_654_435_761) % 4096) / 445);
      const values = [...ids, durationMs, row % 50 === 0 ? 0 : 1, at];
      tool.run(...values, `tool-${row % 100}`);
      server.run(...values);
    }
  })();
  file.close();
  print(`${rows} calls in ${hours} h: ${Math.round(statSync(path).size / MIB)} MB`);
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function timed<T>(what: string, run: () => Promise<T>): Promise<T> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const began = performance.now();
  const result = await run();
  const took = performance.now() - began;
  delay.disable();
  const [p99, most] = [delay.percentile(99), delay.max].map((ns) => (ns / 1e6).toFixed(1));
  print(
    `  ${what}: ${Math.round(took)} ms; the main thread waited ${p99} ms (p99), ${most} ms at most`,
  );
  return result;
}

async function measure(hours: number): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "bench-metrics-"));
  const paths = { traffic: join(root, "traffic.db"), database: join(root, "live.db") };
  const db = createDb({ path: paths.database });
  const now = Date.now();
  fill(paths.traffic, hours, now);
  const nobody = {
    find: (): never => {
      throw new Error("nothing is looked up");
    },
  };
  const log = { info: () => {}, warn: print, error: print };
  const metrics = new MetricsService({
    paths,
    file: new TrafficFile({
      path: paths.traffic,
      onGone: () => {},
      onSetAside: () => print("set aside"),
      log,
    }),
    stores: createStores(db),
    settings: () => ({ metrics: true, metricsRawDays: 30, metricsKeepDays: 365 }),
    servers: nobody,
    profiles: nobody,
    redact: (text) => text,
    onWarning: () => {},
    log,
    now: () => now,
  });
  const before = process.memoryUsage().rss;
  const get = async (what: string): Promise<void> => {
    const query = { from: now - hours * HOUR_MS, top: 20 };
    const { totals, stepMs } = await timed(what, () => metrics.get(query));
    print(`    ${totals.calls} calls in intervals of ${stepMs / 60_000} min`);
  };
  await get("opened, and read from rows");
  await get("read from rows");
  await timed("summed up", () => metrics.tidy());
  await get("read from sums");
  await get("read from sums");
  print(`  ${Math.round((process.memoryUsage().rss - before) / MIB)} MB more memory`);
  await metrics.close();
  db.close();
  rmSync(root, { recursive: true });
}

await measure(24);
await measure(7 * 24);
