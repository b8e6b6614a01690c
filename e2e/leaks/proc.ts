import { readdirSync, readFileSync } from "node:fs";
import { START_PART, statParts } from "../fixtures/ledger.ts";

/** A process as Linux tells of it in `/proc`. */
export interface Running {
  pid: number;
  /** As in a ledger. */
  start: string;
  parent: number;
}

const read = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It ended meanwhile, or is another user's.
    return null;
  }
};

const entryOf = (pid: number): (Running & { hasEnded: boolean }) | null => {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === null) return null;
  const parts = statParts(stat);
  const [state, parent] = parts;
  const hasEnded = state === "Z" || state === "X";
  return { pid, start: parts[START_PART] ?? "", parent: Number(parent), hasEnded };
};

const allEntries = () =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => entryOf(Number(name)))
    .filter((one) => one !== null);

/** The process with this id; null where there is none, or only what its parent has not read yet. */
export const processOf = (pid: number): Running | null => {
  const entry = entryOf(pid);
  return entry === null || entry.hasEnded ? null : entry;
};

/** Whether this very process runs, and not another that was given its id. */
export const runs = ({ pid, start }: { pid: number; start: string }): boolean =>
  processOf(pid)?.start === start;

/** Everything that runs. */
export const allProcesses = (): Running[] => allEntries().filter(({ hasEnded }) => !hasEnded);

/** Children of a process that have ended, and whose end it has not read. */
export const zombiesOf = (parent: number): Running[] =>
  allEntries().filter((one) => one.hasEnded && one.parent === parent);

/** The value of a variable in the environment that a process was started with. */
export const variableOf = (pid: number, name: string): string | undefined =>
  read(`/proc/${pid}/environ`)
    ?.split("\0")
    .find((entry) => entry.startsWith(`${name}=`))
    ?.slice(name.length + 1);

/** Its command line as one text. */
export const commandOf = (pid: number): string =>
  read(`/proc/${pid}/cmdline`)?.replaceAll("\0", " ").trim() ?? "";

/** Everything below a process, at this moment. */
export const below = (pid: number): Running[] => {
  const all = allProcesses();
  const childrenOf = (parent: number): Running[] =>
    all
      .filter((one) => one.parent === parent)
      .flatMap((child) => [child, ...childrenOf(child.pid)]);
  return childrenOf(pid);
};

/** Ends this very process at once. */
export const kill = (one: { pid: number; start: string }): void => {
  if (!runs(one)) return;
  try {
    process.kill(one.pid, "SIGKILL");
  } catch {
    // It ended by itself between the look and the signal.
  }
};
