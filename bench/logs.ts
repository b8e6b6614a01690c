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
import { freePort, stopAll } from "./child.ts";
import { measureCost } from "./logs-cost.ts";
import { makeLogs } from "./logs-data.ts";
import { measureKills } from "./logs-kill.ts";
import { measureMillion } from "./logs-million.ts";
import { measurePage } from "./logs-page.ts";
import { type Figure, reportFigures } from "./figures.ts";
import { measureSustained } from "./logs-sustained.ts";
import { optionsOf, refuseUnknown } from "../scripts/options.ts";

const { values: options } = optionsOf({
  options: {
    short: { type: "boolean", default: false },
    only: { type: "string" },
    data: { type: "string" },
    json: { type: "string" },
  },
});

/** What is short sees what is wrong on a busy machine too, and says little of how long things take. */
const effort = options.short
  ? {
      sustained: { messagesPerSecond: 2000, seconds: 4, share: 0.1 },
      cost: { rounds: 2, seconds: 1.5, isShort: true },
      kills: 2,
      million: { rows: 50_000, repeats: 5, isShort: true },
      pageSeconds: 2,
    }
  : {
      sustained: { messagesPerSecond: 5000, seconds: 120, share: 0.99 },
      cost: { rounds: 12, seconds: 5, isShort: false },
      kills: 20,
      million: { rows: 1_000_000, repeats: 40, isShort: false },
      pageSeconds: 10,
    };
/** Left to their own tests in the short form: what is in the document, what a crash takes. */
const LONG = ["page", "kill"];

const root = await mkdtemp(join(tmpdir(), "bench-logs-"));
await chmod(root, 0o755);
/** A home with the log that is read, made once for all parts. */
const home = async (): Promise<string> => {
  const { rows } = effort.million;
  const directory = join(options.data ?? root, `logs-${rows}`);
  await makeLogs(join(directory, "data"), rows, `http://127.0.0.1:${await freePort()}/mcp`);
  return directory;
};

const PARTS: Record<string, () => Promise<Figure[]>> = {
  sustained: () => measureSustained(effort.sustained),
  cost: () => measureCost(effort.cost),
  kill: () => measureKills(effort.kills),
  million: async () => measureMillion({ dataDir: join(await home(), "data"), ...effort.million }),
  page: async () => measurePage(await home(), effort.pageSeconds),
};

const usual = Object.keys(PARTS).filter((name) => !options.short || !LONG.includes(name));
const chosen = options.only?.split(",") ?? usual;
refuseUnknown(chosen, Object.keys(PARTS));

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(name, () => void stopAll().finally(() => process.exit(130)));
}
try {
  const figures: Figure[] = [];
  for (const [name, part] of Object.entries(PARTS).filter(([one]) => chosen.includes(one))) {
    console.error(`${name}…`);
    figures.push(...(await part()));
  }
  const { text, missed } = reportFigures(figures);
  console.log(`\n${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}\n\n${text}\n`);
  if (options.json) await writeFile(options.json, `${JSON.stringify(figures, null, 2)}\n`);
  process.exitCode = missed.length > 0 ? 1 : 0;
} finally {
  await stopAll();
  await rm(root, { recursive: true, force: true });
}
