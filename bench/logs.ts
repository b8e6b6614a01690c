/**
 * `npm run bench:logs`: what debug logs cost and how they hold out, all through the real thing. Calls
 * go over HTTP to a gateway of its own, whose router tells of them. `--short` is for continuous
 * integration, `--only a,b` takes some parts (sustained, cost, kill, million, page), `--data DIR` keeps
 * the log of a million rows there for the next time, `--json FILE` keeps the figures. Ends with 1 where
 * a limit is missed. Linux only: it reads /proc.
 */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { freePort, stopAll } from "./child.ts";
import { measureCost } from "./logs-cost.ts";
import { makeLogs } from "./logs-data.ts";
import { measureKills } from "./logs-kill.ts";
import { measureMillion } from "./logs-million.ts";
import { measurePage } from "./logs-page.ts";
import { type Figure, reportLogs } from "./logs-report.ts";
import { measureSustained } from "./logs-sustained.ts";

const { values: options } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    only: { type: "string" },
    data: { type: "string" },
    json: { type: "string" },
  },
});

const effort = options.short
  ? {
      seconds: 4,
      cost: { rounds: 2, seconds: 1.5, isShort: true },
      filterMs: 50,
      kills: 2,
      rows: 50_000,
      repeats: 5,
      pageSeconds: 2,
    }
  : {
      seconds: 120,
      cost: { rounds: 12, seconds: 5, isShort: false },
      filterMs: 100,
      kills: 20,
      rows: 1_000_000,
      repeats: 40,
      pageSeconds: 10,
    };

const root = await mkdtemp(join(tmpdir(), "bench-logs-"));
await chmod(root, 0o755);
/** A home with the log that is read, made once for all parts. */
const home = async (): Promise<string> => {
  const directory = join(options.data ?? root, `logs-${effort.rows}`);
  await makeLogs(join(directory, "data"), effort.rows, `http://127.0.0.1:${await freePort()}/mcp`);
  return directory;
};

const PARTS: Record<string, () => Promise<Figure[]>> = {
  sustained: () => measureSustained(effort.seconds),
  cost: () => measureCost(effort.cost),
  kill: () => measureKills(effort.kills),
  million: async () => measureMillion({ dataDir: join(await home(), "data"), ...effort }),
  page: async () => measurePage(await home(), effort.pageSeconds),
};

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(name, () => void stopAll().finally(() => process.exit(130)));
}
try {
  // The page is a test of the app too, which sees how much is in the document.
  const usual = Object.keys(PARTS).filter((name) => name !== "page" || !options.short);
  const chosen = options.only?.split(",") ?? usual;
  const figures: Figure[] = [];
  for (const name of chosen) {
    const part = PARTS[name];
    if (!part) throw new Error(`no part ${name}; there are ${Object.keys(PARTS).join(", ")}`);
    console.error(`${name}…`);
    figures.push(...(await part()));
  }
  const { text, missed } = reportLogs(figures);
  console.log(`\n${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}\n\n${text}\n`);
  if (options.json) await writeFile(options.json, `${JSON.stringify(figures, null, 2)}\n`);
  process.exitCode = missed.length > 0 ? 1 : 0;
} finally {
  await stopAll();
  await rm(root, { recursive: true, force: true });
}
