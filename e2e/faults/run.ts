import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { optionsOf, refuse } from "../../scripts/options.ts";

/**
 * Plants faults in copies of the tree, one at a time in each, and expects the gate of each to fail:
 * `npm run faults [-- --short] [NAME…]`. First each gate has to pass without a fault. `--short` is for
 * a run that has just seen all of them pass: it asks that of one quick gate of each tool, which shows
 * that the copies work, tries one fault of each tool and kind of tests and some slow ones, and of the
 * others sees that they still apply.
 */

const { values: options, positionals } = optionsOf({
  options: { short: { type: "boolean", default: false } },
  allowPositionals: true,
});

const ROOT = resolve(import.meta.dirname, "../..");
/** Folders with packages of their own, installed on first use. */
const OWN_PACKAGES = ["e2e/conformance"];
const GATE_LIMIT_MS = 5 * 60_000;
/** How many gates run side by side, each in a copy of its own. They wait as much as they compute. */
const LANES = 2;

/** How a test run closes that found no test: its gate names a file that is not there. */
const RAN_NO_TEST = /^0 passed, 0 failed/m;
/** Where a tree keeps what was built of it without a fault. */
const BUILT = "node_modules/.built";

const execute = promisify(execFile);

interface Fault {
  name: string;
  gate: string;
  patch: string;
}

const faults: Fault[] = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".patch"))
  .sort()
  .map((file) => {
    const patch = join(import.meta.dirname, file);
    const gate = /^Gate: (.+)$/m.exec(readFileSync(patch, "utf8"))?.[1];
    if (gate === undefined) throw new Error(`${file} names no gate`);
    return { name: file.replace(/\.patch$/, ""), gate, patch };
  });

/** What takes the time of ten other gates: the app, a suite, a campaign, a test that waits. */
const SLOW =
  /e2e\/(desktop|package|canaries\/run|rotation|crash|backup|day)|conformance|leaks|soak\/run|bench\/|backup-routes|program\.test/;
/** Of those, the faults that are noticed soonest: of the app, of a campaign. */
const SOONEST = ["page-without-sandbox", "secret-of-any-column"];

/** Some of what takes long, which begin; then the first of each tool and kind of tests. */
function shortened(all: readonly Fault[]): Fault[] {
  const seen = new Set<string>();
  const quick = all.filter(({ gate }) => {
    const [kind = toolOf(gate)] = /--project \w+/.exec(gate) ?? [];
    const isChosen = !SLOW.test(gate) && !seen.has(kind);
    if (isChosen) seen.add(kind);
    return isChosen;
  });
  return [...all.filter(({ name }) => SOONEST.includes(name)), ...quick];
}

/** The program that a gate begins with. */
const toolOf = (gate: string): string => gate.replace(/^npx /, "").split(" ", 1).join("");

/** Those that were left behind when the source went on. */
async function outdated(all: readonly Fault[]): Promise<string[]> {
  const names: string[] = [];
  for (const { name, patch } of all) {
    await execute("git", ["apply", "--check", patch], { cwd: ROOT }).catch(() => names.push(name));
  }
  return names;
}

/** The tracked files, with the installed packages beside them but our own packages from the copy. */
function copyTree(target: string): void {
  const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" });
  for (const file of tracked.split("\0").filter((name) => name !== "")) {
    if (!existsSync(join(ROOT, file))) continue;
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(join(ROOT, file), join(target, file));
  }
  const modules = join(target, "node_modules");
  mkdirSync(modules);
  for (const entry of readdirSync(join(ROOT, "node_modules"))) {
    if (entry !== "@local-mcp") {
      symlinkSync(join(ROOT, "node_modules", entry), join(modules, entry));
    }
  }
  mkdirSync(join(modules, "@local-mcp"));
  for (const name of readdirSync(join(ROOT, "packages"))) {
    symlinkSync(join(target, "packages", name), join(modules, "@local-mcp", name));
  }
  // Where two packages want different versions of a third, npm keeps one of them in their folder.
  const inPackages = readdirSync(join(ROOT, "packages")).map((name) => join("packages", name));
  for (const folder of [...inPackages, ...OWN_PACKAGES]) {
    const own = join(folder, "node_modules");
    if (existsSync(join(ROOT, own))) symlinkSync(join(ROOT, own), join(target, own));
  }
}

/** Builds what gates start without building it, and keeps it beside what they build. */
async function buildTree(tree: string): Promise<void> {
  const { passed, output } = await runGate("npm run build:cli --silent", tree);
  if (!passed) throw new Error(`The command line cannot be built.\n${output}`);
  cpSync(join(tree, "out"), join(tree, BUILT), { recursive: true });
}

interface Outcome {
  passed: boolean;
  output: string;
  seconds: number;
}

async function runGate(gate: string, cwd: string): Promise<Outcome> {
  const started = performance.now();
  const child = spawn(gate, {
    cwd,
    shell: true,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: GATE_LIMIT_MS,
    env: { ...process.env, PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}` },
  });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  const seconds = Math.round((performance.now() - started) / 1000);
  return { passed: status === 0, output: `${stdout}${stderr}`, seconds };
}

/** How the gate ends with the fault in the tree, which is as before afterwards. */
async function withFault({ gate, patch }: Fault, tree: string): Promise<Outcome> {
  const where = ["--unsafe-paths", `--directory=${tree}`, patch];
  await execute("git", ["apply", ...where], { cwd: "/" });
  const outcome = await runGate(gate, tree);
  await execute("git", ["apply", "-R", ...where], { cwd: "/" });
  rmSync(join(tree, "out"), { recursive: true, force: true });
  cpSync(join(tree, BUILT), join(tree, "out"), { recursive: true });
  return outcome;
}

/** Does each piece of work once, in whichever tree is free; after an error begins no other. */
async function inTrees<Work>(
  all: Iterable<Work>,
  trees: string[],
  work: (one: Work, tree: string) => Promise<void>,
): Promise<void> {
  const left = [...all];
  const lanes = trees.map(async (tree) => {
    try {
      for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one, tree);
    } finally {
      left.length = 0;
    }
  });
  const ended = await Promise.allSettled(lanes);
  for (const lane of ended) if (lane.status === "rejected") throw lane.reason;
}

const isWanted = ({ name }: Fault): boolean => positionals.some((part) => name.includes(part));
const named = positionals.length === 0 ? faults : faults.filter(isWanted);
const missing = positionals.filter((part) => !named.some(({ name }) => name.includes(part)));
if (missing.length > 0) refuse(`No planted fault has “${missing.join("”, “")}” in its name.`);
const chosen = options.short ? shortened(named) : named;
const unknown = SOONEST.filter((name) => !faults.some((fault) => fault.name === name));
if (unknown.length > 0) throw new Error(`there is no ${unknown.join(", ")}`);
const old = await outdated(named);
if (old.length > 0) throw new Error(`no longer to be planted: ${old.join(", ")}`);
const trees = Array.from({ length: LANES }, () => mkdtempSync(join(tmpdir(), "planted-faults-")));
let unnoticed = 0;
try {
  trees.forEach(copyTree);
  await Promise.all(trees.map(buildTree));
  const gates = [...new Set(chosen.map((fault) => fault.gate))];
  const quick = gates.filter((gate) => !SLOW.test(gate));
  const ofTools = new Map(quick.map((gate) => [toolOf(gate), gate]));
  await inTrees(options.short ? ofTools.values() : gates, trees, async (gate, tree) => {
    const { passed, output } = await runGate(gate, tree);
    if (passed) return;
    console.error(output);
    throw new Error(`The gate fails without a fault: ${gate}`);
  });
  await inTrees(chosen, trees, async (fault, tree) => {
    const { passed, output, seconds } = await withFault(fault, tree);
    const noticed = !passed && !RAN_NO_TEST.test(output);
    if (!noticed) unnoticed += 1;
    const verdict = noticed ? "caught   " : "UNNOTICED";
    console.log(`${verdict}  ${fault.name}  ${seconds} s  (${fault.gate})`);
  });
} finally {
  for (const tree of trees) rmSync(tree, { recursive: true, force: true });
}
console.log(
  `${chosen.length - unnoticed} of ${chosen.length} planted faults caught, ${named.length - chosen.length} left to the full form`,
);
process.exitCode = unnoticed === 0 && chosen.length > 0 ? 0 : 1;
