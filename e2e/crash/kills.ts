/** Backups and restores in programs that are killed while clients use them. */
import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { pause } from "../command-line.ts";
import { TINY } from "../leaks/kinds.ts";
import type { Form, Section } from "../leaks/section.ts";
import {
  type Aim,
  AIMS,
  nameOf,
  type Operation,
  SHORT_AIMS,
  stepOnDisk,
  untilStep,
} from "./aims.ts";
import { check, type Promises } from "./check.ts";
import { readTree, writeTree } from "./disk.ts";
import { jobDone } from "./job.ts";
import { inLanes } from "./lanes.ts";
import { makeDirectory, PASSPHRASE, withGateway } from "./stage.ts";
import { type Configured, configurationOf, DATABASE } from "./state.ts";
import { killAll, startCommand, Victim } from "./victim.ts";

const KILLS = 1000;
/** Of each step in the full form. */
const OF_EACH = 20;
/** How many states are kept for somebody to look at. */
const KEPT = 5;
/** So much that reading or writing it takes a moment, bytes. */
const BALLAST: Record<Form, number> = { full: 12 * 1024 * 1024, short: 4 * 1024 * 1024 };

/** A data directory in which operations begin, and what there is before and after. */
interface Template {
  directory: string;
  before: Configured;
  after: Configured;
}
type Templates = Record<Operation, Template>;

/** With the modes of directories, unlike `cp`. */
const copyTree = (from: string, to: string): void => writeTree(readTree(from), to);

const configured = (directory: string): Configured => configurationOf(join(directory, DATABASE));

/** What was asked of a program that was killed, and what it had promised. */
interface Killed {
  aim: Aim;
  directory: string;
  /** Where it was. */
  step: string;
  /** It had said that it is done. */
  isDone: boolean;
  acknowledged: string[];
  made: Map<string, string>;
  calls: number;
  /** Processes that outlived it. */
  left: number[];
}

async function makeTemplates(root: string, form: Form): Promise<Templates> {
  const old = join(root, "template");
  await makeDirectory(old, { server: TINY, ballast: BALLAST[form] });
  const restored = join(root, "restored");
  copyTree(old, restored);
  await withGateway(restored, async (gateway) => {
    const { backups } = await gateway.api.backups.list({});
    await gateway.api.backups.restore({ backup: backups[0]?.id ?? "", passphrase: PASSPHRASE });
    await jobDone(gateway);
  });
  const before = configured(old);
  const after = configured(restored);
  if (before.digest === after.digest) throw new Error("the restore has changed nothing");
  return {
    create: { directory: old, before, after: before },
    restore: { directory: old, before, after },
    undo: { directory: restored, before: after, after: before },
  };
}

const backupIn = (directory: string): string =>
  readdirSync(join(directory, "backups")).find((name) => name.endsWith(".age")) ?? "";

const madeSchema = z.object({ id: z.string() });

/** A gateway that serves is asked to do it, and killed at a step. */
async function killServing(aim: Aim, directory: string, isSlow: boolean): Promise<Killed> {
  const victim = await Victim.start(directory, isSlow);
  const made = new Map<string, string>();
  const asked = askFor(victim, aim.operation, directory, made);
  // Whoever is killed does not answer; why else it did not is in the job.
  asked.catch(() => {});
  try {
    const { step, isDone } = await untilStep(aim, directory, () => victim.job());
    const left = await victim.kill();
    const { acknowledged, calls } = victim;
    return {
      aim,
      directory,
      isDone,
      acknowledged,
      made,
      calls,
      left,
      step: stepOnDisk(directory) ?? step,
    };
  } finally {
    await victim.kill();
  }
}

async function askFor(
  victim: Victim,
  operation: Operation,
  directory: string,
  made: Map<string, string>,
): Promise<void> {
  const passphrase = PASSPHRASE;
  if (operation === "undo") await victim.ask("POST", "/backups/undo", {});
  if (operation === "restore") {
    await victim.ask("POST", `/backups/${backupIn(directory)}/restore`, { passphrase });
  }
  if (operation !== "create") return;
  const { id } = madeSchema.parse(await victim.ask("POST", "/backups", { passphrase }));
  const file = readFileSync(join(directory, "backups", id));
  made.set(id, createHash("sha256").update(file).digest("hex"));
}

const ARGUMENTS: Record<Operation, (directory: string) => string[]> = {
  create: () => ["create"],
  restore: (directory) => ["restore", backupIn(directory), "--yes"],
  undo: () => ["undo", "--yes"],
};

/** A command does it alone, and is killed at a step. */
async function killCommand(aim: Aim, directory: string, isSlow: boolean): Promise<Killed> {
  const args = ["backup", ...ARGUMENTS[aim.operation](directory)];
  const child = startCommand(directory, args, isSlow);
  let said = "";
  child.stderr?.on("data", (bytes: Buffer) => (said += bytes.toString()));
  const hasEnded = (): boolean => child.exitCode !== null;
  const pid = await commandIn(child, isSlow);
  try {
    const { step, isDone } = await untilStep(aim, directory, null, hasEnded);
    if (isDone && child.exitCode !== 0) throw new Error(`it ended with ${child.exitCode}: ${said}`);
    const left = await killAll(child, pid);
    const promised = { acknowledged: [], made: new Map<string, string>(), calls: 0 };
    return { aim, directory, isDone, left, ...promised, step: stepOnDisk(directory) ?? step };
  } finally {
    await killAll(child, pid);
  }
}

/** What strace has started, as soon as it has, or the command itself. */
async function commandIn(child: ChildProcess, isSlow: boolean): Promise<number> {
  const pid = child.pid ?? 0;
  if (!isSlow) return pid;
  while (child.exitCode === null) {
    // https://man7.org/linux/man-pages/man5/proc_tid_children.5.html; `ps` would take too long.
    const [command] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
    if (command) return Number(command);
    await pause(1);
  }
  return pid;
}

/** Every write that was acknowledged is there, or in the state that can be brought back. */
function refuseLost({ directory, acknowledged }: Killed): void {
  const previous = join(directory, "previous");
  const others = existsSync(previous) ? readdirSync(previous).map((id) => join(previous, id)) : [];
  const kept = new Set(
    [directory, ...others]
      .filter((one) => existsSync(join(one, DATABASE)))
      .flatMap((one) => configured(one).tokens),
  );
  const lost = acknowledged.filter((name) => !kept.has(name));
  if (lost.length > 0) throw new Error(`acknowledged and lost: ${lost.join(", ")}`);
}

function promisesOf({ isDone, made }: Killed, { before, after }: Template): Promises {
  return {
    made,
    find(directory) {
      const { digest } = configured(directory);
      // A backup leaves things as they were.
      if (digest === before.digest && before.digest === after.digest) return "last";
      if (digest === after.digest) return "next";
      if (digest !== before.digest) throw new Error("it is neither the old state nor the new one");
      if (isDone) throw new Error("it was done, and the old state is back");
      return "last";
    },
  };
}

interface Tally {
  begun: number;
  /** By step, how many were killed there. */
  kills: Map<string, number>;
  old: number;
  new: number;
  acknowledged: number;
  calls: number;
  faults: string[];
}

async function killOnce(aim: Aim, template: Template, tally: Tally, root: string): Promise<void> {
  const directory = mkdtempSync(join(root, "killed-"));
  copyTree(template.directory, directory);
  // Every third at its own speed: slowed steps are easier to hit, and others may go wrong.
  const isSlow = tally.begun % 3 !== 0;
  tally.begun += 1;
  const how = aim.face === "serve" ? killServing : killCommand;
  try {
    const killed = await how(aim, directory, isSlow);
    const step = nameOf({ ...aim, step: killed.step });
    tally.kills.set(step, (tally.kills.get(step) ?? 0) + 1);
    tally.acknowledged += killed.acknowledged.length;
    tally.calls += killed.calls;
    if (killed.left.length > 0) throw new Error(`outlived by ${killed.left.join(", ")}`);
    const found = await check(directory, promisesOf(killed, template));
    tally[found === "next" ? "new" : "old"] += 1;
    refuseLost(killed);
  } catch (error) {
    const kept = mkdtempSync(join(tmpdir(), "crash-killed-"));
    if (tally.faults.length < KEPT) copyTree(directory, kept);
    tally.faults.push(`${nameOf(aim)}: ${String(error)} (kept in ${kept})`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** In turns, those that were not hit often enough, and then all of them. */
function* aims({ kills }: Tally, minutes: number): Generator<Aim> {
  const isRare = (aim: Aim): boolean => (kills.get(nameOf(aim)) ?? 0) < OF_EACH;
  const end = performance.now() + minutes * 60_000;
  for (let count = 0; count < KILLS && performance.now() < end; count += 1) {
    const rare = AIMS.filter(isRare);
    const among = rare.length > 0 ? rare : AIMS;
    const aim = among[count % among.length];
    if (aim) yield aim;
  }
}

/**
 * Programs that are killed at each step, and what is found after each.
 *
 * @param minutes none is begun after so many
 */
export async function kills(form: Form, root: string, minutes: number): Promise<Section> {
  const templates = await makeTemplates(root, form);
  const tally: Tally = {
    begun: 0,
    kills: new Map(),
    old: 0,
    new: 0,
    acknowledged: 0,
    calls: 0,
    faults: [],
  };
  const chosen = form === "full" ? aims(tally, minutes) : SHORT_AIMS.values();
  await inLanes(chosen, (aim) => killOnce(aim, templates[aim.operation], tally, root));
  const steps = [...tally.kills].toSorted(([a], [b]) => a.localeCompare(b));
  const rare = AIMS.filter((aim) => (tally.kills.get(nameOf(aim)) ?? 0) < OF_EACH).map(nameOf);
  if (form === "full" && rare.length > 0) {
    tally.faults.push(`fewer than ${OF_EACH} kills: ${rare.join(", ")}`);
  }
  return {
    name: "kills",
    figures: [
      ["kills", String(steps.reduce((sum, [, count]) => sum + count, 0))],
      ...steps.map(([step, count]): [string, string] => [`  ${step}`, String(count)]),
      ["the old state", String(tally.old)],
      ["the new state", String(tally.new)],
      ["writes acknowledged meanwhile", String(tally.acknowledged)],
      ["calls answered meanwhile", String(tally.calls)],
    ],
    faults: tally.faults,
  };
}
