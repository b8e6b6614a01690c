/**
 * What the gateway costs, beside the programs that do the same: one run, one client, the same
 * calls, shipped settings. `npm run bench -- [--quick] [--only a,b] [--check] [--json FILE]
 * [--markdown FILE]`; Linux only. A run whose gateway is not set as a fresh install is fails.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled } from "../e2e/install.ts";
import { freePort, start, stopAll } from "./child.ts";
import { freshSettings } from "./fresh.ts";
import { asJson, asMarkdown, asText, writeBetweenMarks } from "./report.ts";
import { measureCalls } from "./scenarios/calls.ts";
import { measureLarge } from "./scenarios/large.ts";
import { measureLists } from "./scenarios/lists.ts";
import { measureLoop } from "./scenarios/loop.ts";
import { measureSessions } from "./scenarios/sessions.ts";
import { measureStart } from "./scenarios/start.ts";
import type { Scenario, Section, Stage } from "./scenarios/scenario.ts";
import { allTargets, upstreamLaunch } from "./targets.ts";
import { optionsOf } from "../scripts/options.ts";

const SCENARIOS: Record<string, Scenario> = {
  calls: measureCalls,
  lists: measureLists,
  large: measureLarge,
  sessions: measureSessions,
  loop: measureLoop,
  start: measureStart,
};

const { values: options } = optionsOf({
  options: {
    /** One short round: says that it works, not how fast it is. */
    quick: { type: "boolean", default: false },
    /** These scenarios, or calls through these targets; one that is missing is then no failure. */
    only: { type: "string" },
    /** Ends with 1 where a goal is missed or a peer is ahead. */
    check: { type: "boolean", default: false },
    json: { type: "string" },
    /** A document with a marked place for the tables. */
    markdown: { type: "string" },
  },
});

const interrupted = new AbortController();

const say = (line: string) => console.error(line);

interface Choice {
  scenarios: [string, Scenario][];
  targets: string[] | null;
  /** Whether something is measured that is installed for the benchmark alone. */
  needsPeers: boolean;
}

/** Names of scenarios stand for themselves, those of targets for calls through them. */
const choose = (stage: Stage): Choice => {
  const all = Object.entries(SCENARIOS);
  const wanted = options.only?.split(",");
  if (!wanted) return { scenarios: all, targets: null, needsPeers: true };
  const known = allTargets(stage);
  const targets = known.filter(({ name }) => wanted.includes(name));
  const unknown = wanted.filter(
    (name) => !(name in SCENARIOS) && !targets.some((target) => target.name === name),
  );
  if (unknown.length > 0) {
    const names = [...Object.keys(SCENARIOS), ...known.map(({ name }) => name)].join(", ");
    throw new Error(`no ${unknown.join(", ")}; there are ${names}`);
  }
  const isAll = wanted.includes("calls");
  return {
    scenarios: all.filter(
      ([name]) => wanted.includes(name) || (name === "calls" && targets.length > 0),
    ),
    targets: isAll ? null : targets.map(({ name }) => name),
    needsPeers: isAll || targets.some(({ group }) => group === "everything"),
  };
};

const main = async (root: string): Promise<number> => {
  const port = await freePort();
  const upstream = start(upstreamLaunch(port), join(root, "upstream.log"));
  const stage: Stage = {
    root,
    upstream: { port, pid: upstream.pid },
    isQuick: options.quick,
    fresh: await freshSettings(),
    say,
    interrupted: interrupted.signal,
    targets: null,
  };
  const { scenarios, targets, needsPeers } = choose(stage);
  if (needsPeers) await ensureInstalled(fileURLToPath(new URL(".", import.meta.url)));
  const sections: Section[] = [];
  for (const [name, scenario] of scenarios) {
    interrupted.signal.throwIfAborted();
    say(`${name}…`);
    sections.push(await scenario({ ...stage, targets }));
  }

  const { text, missed } = asText(sections);
  console.log(`\n${text}\n`);
  if (options.json) await writeFile(options.json, asJson(sections, options.quick));
  if (options.markdown) {
    const command = ["npm run bench", ...(options.quick ? ["-- --quick"] : [])].join(" ");
    writeBetweenMarks(options.markdown, asMarkdown(sections, command));
    spawnSync("oxfmt", [options.markdown], { stdio: ["ignore", 2, 2] });
  }
  const isIncomplete = sections.some((section) => section.isIncomplete);
  return isIncomplete || (options.check && missed.length > 0) ? 1 : 0;
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
