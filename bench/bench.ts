/**
 * What the gateway costs, beside the programs that do the same: one run, one client, the same
 * calls, shipped defaults. Rounds are interleaved (A B C A B C), so that a machine that gets slower
 * hits all alike. `npm run bench -- [--quick] [--only a,b] [--check] [--json FILE]`; Linux only.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureInstalled } from "../e2e/install.ts";
import { freePort, start, stopAll } from "./child.ts";
import { measure, type Effort, type Sample } from "./measure.ts";
import { asJson, report, summarize } from "./report.ts";
import { allTargets, upstreamLaunch, type Target } from "./targets.ts";

const FULL = { rounds: 3, warmUp: 200, calls: 1000, concurrentCalls: 3000, lists: 100 };
const QUICK = { rounds: 1, warmUp: 50, calls: 200, concurrentCalls: 600, lists: 20 };

const { values: options } = parseArgs({
  options: {
    /** One short round: says that it works, not how fast it is. */
    quick: { type: "boolean", default: false },
    /** These targets, by name; a target that is missing is then no failure. */
    only: { type: "string" },
    /** Ends with 1 where ours is behind a peer, or adds too much. */
    check: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

const interrupted = new AbortController();

const say = (line: string) => console.error(line);

const choose = (targets: Target[]): Target[] => {
  const wanted = options.only?.split(",");
  const unknown = wanted?.filter((name) => !targets.some((target) => target.name === name)) ?? [];
  if (unknown.length > 0) {
    throw new Error(
      `no target ${unknown.join(", ")}; there are ${targets.map(({ name }) => name).join(", ")}`,
    );
  }
  return targets.filter(({ name }) => wanted?.includes(name) ?? true);
};

const runRounds = async (targets: Target[], rounds: number, effort: Effort, root: string) => {
  const samples = new Map<Target, Sample[]>(targets.map((target) => [target, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const [target, list] of samples) {
      interrupted.signal.throwIfAborted();
      say(`round ${round} of ${rounds}: ${target.name}`);
      list.push(await measure(target, effort, root));
    }
  }
  return [...samples].map(([target, list]) => summarize(target, list));
};

const main = async (root: string): Promise<number> => {
  await ensureInstalled(fileURLToPath(new URL(".", import.meta.url)));
  const { rounds, ...effort } = options.quick ? QUICK : FULL;
  const upstreamPort = await freePort();
  const chosen = choose(allTargets({ root, upstreamPort }));
  const missing = chosen.filter((target) => target.missing);
  const present = chosen.filter((target) => !target.missing);
  for (const target of missing) say(`${target.name} is left out: it needs ${target.missing}`);

  if (present.some(({ group }) => group === "hop")) {
    start(upstreamLaunch(upstreamPort), join(root, "upstream.log"));
  }
  const results = await runRounds(present, rounds, effort, root);
  const { text, behind } = report(results);
  console.log(`\n${text}\n`);
  if (options.json) await writeFile(options.json, asJson(results, { rounds, ...effort }));
  for (const what of behind) say(`behind: ${what}`);
  const incomplete = missing.length > 0 && !options.only;
  return incomplete || (options.check && behind.length > 0) ? 1 : 0;
};

const root = await mkdtemp(join(tmpdir(), "bench-"));
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(name, () => {
    interrupted.abort();
    void stopAll();
  });
}
try {
  process.exitCode = await main(root);
} catch (error) {
  say(interrupted.signal.aborted ? "interrupted" : String(error));
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
} finally {
  await stopAll();
  await rm(root, { recursive: true, force: true });
}
