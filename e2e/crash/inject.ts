/** Calls that fail, and calls at which a program is killed, in operations that really run. */
import { join } from "node:path";
import type { Form, Section } from "../leaks/section.ts";
import { check, promisesOf } from "./check.ts";
import { writeTree } from "./disk.ts";
import { inLanes } from "./lanes.ts";
import { lineOf, programEnvironment } from "./program.ts";
import type { Target } from "./replay.ts";
import type { Recording } from "./states.ts";
import { type Ended, QUICK, underStrace } from "./trace.ts";
import { readWords, type Word } from "./words.ts";

/**
 * Of each operation. In the full form every call fails; a few are ended here as well, as the states
 * that an end may leave are looked at one by one elsewhere.
 */
const LIMITS: Record<Form, { errors: number; kills: number }> = {
  full: { errors: Infinity, kills: 24 },
  short: { errors: 2, kills: 1 },
};

/** What a call may be answered with that changes something. */
const errorsOf = (name: string): readonly string[] => {
  if (/write|copy|send|truncate|falloc/.test(name)) return ["ENOSPC", "EIO"];
  if (/sync/.test(name)) return ["EIO"];
  if (/open|mkdir|rename|^link|^symlink/.test(name)) return ["ENOSPC", "EACCES"];
  return ["EACCES"];
};

const KILL = "signal=KILL";
/** What came of one that was killed. */
const KILLED = "killed";

interface Injection {
  target: Target;
  /** As strace takes it. */
  what: string;
}

/** Of a start everything until it has told of the first state; of others what comes after the second. */
const withinOperation = ({ operation, targets }: Recording): Target[] =>
  targets.filter(({ said }) => said === (operation === "start" ? 0 : 2));

/** Every so many-th, so that no more than `count` are left. */
const some = <One>(all: readonly One[], count: number): One[] => {
  const stride = Math.max(1, Math.ceil(all.length / count));
  return all.filter((_, index) => index % stride === stride >> 1);
};

function injections(recording: Recording, form: Form): Injection[] {
  const within = withinOperation(recording);
  const proper = within.filter(({ isPage }) => !isPage);
  const errors = (form === "full" ? within : proper).flatMap((target, index) => {
    const all = errorsOf(target.name);
    // Pages are many and alike: their errors take turns.
    const chosen = target.isPage ? all.slice(index % all.length).slice(0, 1) : all;
    return chosen.map((error) => ({ target, what: `error=${error}` }));
  });
  const kills = within.map((target) => ({ target, what: KILL }));
  const limits = LIMITS[form];
  return [...some(errors, limits.errors), ...some(kills, limits.kills)];
}

function run(
  { operation }: Recording,
  { target, what }: Injection,
  directory: string,
): Promise<Ended> {
  const { name, path, nth } = target;
  const failing = `inject=${name}:${what}:when=${nth}`;
  const about = ["-P", join(directory, path), "-e", `trace=${name}`, "-e", failing];
  // In its quick way strace 6.1 sends a signal at the first call or never, whatever `when` says.
  const way = what === KILL ? [] : [QUICK];
  return underStrace(
    [...way, ...about, "-o", "/dev/null"],
    lineOf(operation, directory),
    programEnvironment(directory),
  );
}

const failureIn = (words: readonly Word[]): string | null =>
  words.flatMap((word) => (word.what === "failed" ? word.code : []))[0] ?? null;

/** @throws Error where it did not end as a program has to that meets with this */
function refuseBadEnd({ code, signal, stderr }: Ended, words: readonly Word[]): string {
  if (signal === "SIGKILL") return KILLED;
  if (code === 0) return failureIn(words) ?? "it went on";
  const [, known] = /\bcode: '(\w+)'/.exec(stderr) ?? [];
  if (known === undefined || /^E[A-Z]+$|^internal$/i.test(known)) {
    throw new Error(`it broke down: ${stderr}`);
  }
  return `ended: ${known}`;
}

/** Each of them once, and the gateway started over what it leaves. */
export async function inject(recording: Recording, form: Form, root: string): Promise<Section> {
  const ends = new Map<string, number>();
  const faults: string[] = [];
  const all = injections(recording, form);
  await inLanes(all.values(), async (injection, lane) => {
    const directory = join(root, `lane ${lane}`);
    writeTree(recording.start, directory);
    const ended = await run(recording, injection, directory);
    const words = [recording.words[0], ...readWords(ended.stdout.split("\n").filter(Boolean))];
    try {
      const told = words.filter((word) => word !== undefined);
      const end = refuseBadEnd(ended, told);
      ends.set(end, (ends.get(end) ?? 0) + 1);
      await check(directory, promisesOf(told, recording.words.slice(told.length), false));
    } catch (error) {
      const { target, what } = injection;
      faults.push(`${target.name} ${target.path} ${target.nth}, ${what}: ${String(error)}`);
    }
  });
  const [meant, hit] = [all.filter(({ what }) => what === KILL).length, ends.get(KILLED) ?? 0];
  // A call that another thread was quicker with comes in another place, and is missed.
  if (hit * 2 < meant) faults.push(`${hit} of ${meant} kills have met their call`);
  return {
    name: `${recording.name} with calls that fail`,
    figures: [
      ["calls", String(all.length)],
      ...[...ends].map(([end, count]): [string, string] => [end, String(count)]),
    ],
    faults,
  };
}
