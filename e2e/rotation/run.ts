/**
 * Whenever a change to the vault ends in its middle, everything stays readable: `npm run rotation
 * [-- --short --only WORDS]`. What each change writes is taken down once, and the data directory is
 * opened as a crash would leave it after each step of that; then changes are really killed. Needs
 * Linux, whose strace(1) takes the steps down and kills at them.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { table } from "../../bench/stats.ts";
import { atEnd, endAll, endOnSignals } from "../conformance/closing.ts";
import { type Change, CHANGES, stage } from "./changes.ts";
import { check, quickProviders, type Shape, shapeOf, type Stand } from "./check.ts";
import { type Crash, crashes, readFiles, record, type Step, writeFiles } from "./disk.ts";
import { bundleChange, killAfter, killAtStep, lineOf } from "./kill.ts";
import { createKeys, makeDirectory, openDirectory, providerOf } from "./stage.ts";
import { optionsOf, refuse } from "../../scripts/options.ts";

const { values: options } = optionsOf({
  options: {
    short: { type: "boolean", default: false },
    only: { type: "string", default: "" },
  },
});

const changes = CHANGES.filter(({ name }) => name.includes(options.only));
if (changes.length === 0) {
  refuse(
    `No change is named “${options.only}”, but ${CHANGES.map(({ name }) => name).join(", ")}.`,
  );
}

/** Enough for three batches of a replacement. */
const VALUES = 450;
/** Of each change in the short form: crashes at other steps than commits, and real kills. */
const SHORT = { crashes: 10, kills: 1 };
/** Of each change in the full form: kills at moments that nobody chose, and their range in ms. */
const MOMENTS = { count: 10, withinMs: 150 };
const SHOWN_FAULTS = 20;

const keys = createKeys();
const providers = quickProviders(keys);
const root = mkdtempSync(join(tmpdir(), "rotation-"));
atEnd(async () => rmSync(root, { recursive: true, force: true }));

const faults: string[] = [];

interface Staged {
  change: Change;
  directory: string;
  start: Shape;
  steps: Step[];
}

async function take(change: Change): Promise<Staged> {
  const directory = join(root, change.begins);
  const opened = openDirectory(directory);
  const start = shapeOf(opened);
  opened.db.close();
  const copy = join(root, "recorded");
  cpSync(directory, copy, { recursive: true });
  const steps = await record(lineOf(change, copy, keys), copy, join(root, "steps.log"));
  rmSync(copy, { recursive: true });
  return { change, directory, start, steps };
}

/** Every so many-th, so that no more than `count` are left; the first is drawn. */
function some<One>(all: readonly One[], count: number): One[] {
  const stride = Math.ceil(all.length / count);
  const first = Math.floor(Math.random() * stride);
  return all.filter((_, index) => index % stride === first);
}

/** All in the full form. In the short one those where something is committed, or said to be done. */
function chosen(all: readonly Crash[], steps: Step[]): Crash[] {
  if (!options.short) return [...all];
  const isTelling = ({ at }: Crash): boolean =>
    ["sync", "mark"].includes(steps[at - 1]?.kind ?? "");
  const others = all.filter((crash) => !isTelling(crash));
  return [...all.filter(isTelling), ...some(others, SHORT.crashes)];
}

type Count = Record<Stand | "faults", number>;

async function judge(
  { change, start }: Staged,
  directory: string,
  name: string,
  count: Count,
  mayBe: (stand: Stand) => boolean = () => true,
): Promise<void> {
  try {
    const stand = await check(directory, start, change, providers);
    if (!mayBe(stand)) throw new Error(`it is as ${stand} the change`);
    count[stand] += 1;
  } catch (error) {
    count.faults += 1;
    faults.push(`${change.name}, ${name}: ${String(error)}`);
  }
}

/** The data directory as it is left by a crash at each step. */
async function crashAtSteps(staged: Staged, count: Count): Promise<void> {
  const { directory, steps } = staged;
  const done = steps.findIndex((step) => step.kind === "mark" && step.text === "done") + 1;
  const state = join(root, "state");
  for (const { name, at, files } of chosen([...crashes(readFiles(directory), steps)], steps)) {
    writeFiles(files, state);
    // What was said to be done is done, whatever is lost after that.
    await judge(staged, state, name, count, (stand) => at < done || stand === "after");
  }
}

async function kill(staged: Staged, count: Count): Promise<number> {
  const { change, directory, steps } = staged;
  const state = join(root, "killed");
  const line = lineOf(change, state, keys);
  let killed = 0;
  const once = async (name: string, run: () => Promise<boolean>): Promise<void> => {
    cpSync(directory, state, { recursive: true });
    const wasKilled = await run();
    if (wasKilled) killed += 1;
    await judge(staged, state, name, count, (stand) => wasKilled || stand === "after");
    rmSync(state, { recursive: true });
  };
  const calls = steps.filter(({ kind }) => kind !== "mark").map((_, index) => index + 1);
  for (const call of options.short ? some(calls, SHORT.kills) : calls) {
    await once(`killed at step ${call}`, () => killAtStep(line, call));
  }
  for (let kills = options.short ? MOMENTS.count : 0; kills < MOMENTS.count; kills += 1) {
    const ms = Math.random() * MOMENTS.withinMs;
    await once(`killed after ${ms.toFixed(1)} ms`, () => killAfter(line, ms));
  }
  return killed;
}

/** One line of the table: where crashes have left the change. */
async function tryOut(change: Change): Promise<string[]> {
  const staged = await take(change);
  const count: Count = { before: 0, between: 0, after: 0, faults: 0 };
  await crashAtSteps(staged, count);
  const looked = count.before + count.between + count.after + count.faults;
  const first: Stand = change.begins === "interrupted" ? "between" : "before";
  const wanted: Stand[] = [first, ...(change.replacesKey ? ["between" as const] : []), "after"];
  for (const stand of wanted) {
    if (count[stand] === 0) faults.push(`${change.name}: no crash has left it as ${stand}`);
  }
  const killed = await kill(staged, count);
  const { before, between, after } = count;
  return [
    change.name,
    staged.steps.length,
    looked,
    killed,
    before,
    between,
    after,
    count.faults,
  ].map(String);
}

/** How long ten thousand values take. */
async function speed(): Promise<string> {
  const directory = join(root, "ten-thousand");
  await makeDirectory(directory, keys, ["recovery"], 10_000);
  const opened = openDirectory(directory);
  const { values } = shapeOf(opened);
  await opened.vault.unlock(providerOf("recovery", keys));
  const began = performance.now();
  await opened.vault.rotate();
  const ms = performance.now() - began;
  opened.db.close();
  return `${values} values: ${(ms / 1000).toFixed(1)} s`;
}

if (process.platform !== "linux") throw new Error("npm run rotation needs Linux");
if (spawnSync("strace", ["-V"]).error) {
  throw new Error("there is no strace. `npm run setup:system` installs it.");
}
// A change is killed at one of its calls, and a cache makes some of its own.
delete process.env["NODE_COMPILE_CACHE"];
endOnSignals();
const began = performance.now();
try {
  await bundleChange();
  await stage(root, keys, VALUES);
  const rows = [["change", "steps", "crashes", "kills", "before", "between", "after", "faults"]];
  for (const change of changes) rows.push(await tryOut(change));
  console.log(table(rows));
  for (const fault of faults.slice(0, SHOWN_FAULTS)) console.log(`! ${fault}`);
  if (!options.short && options.only === "") console.log(await speed());
  const took = ((performance.now() - began) / 1000).toFixed(0);
  console.log(faults.length === 0 ? `always readable, ${took} s` : `${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await endAll();
}
