import { readdirSync, readFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { systemCode } from "../upstream/failure.ts";
import type { ProcessEntry } from "./family.ts";
import { markerIn } from "./marker.ts";

/** proc(5): times are in clock ticks, of which every Linux shows programs a hundred in a second. */
const MS_PER_TICK = 10;
/** So long at a time, ms, so that requests are answered in between. */
const SLICE_MS = 2;

/**
 * Reads /proc. Files of it are made while they are read, without a disk, so it is read in the event
 * loop, in slices: that costs a tenth of handing each file to another thread.
 */
export async function readLinuxProcesses(): Promise<ProcessEntry[]> {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const entries: ProcessEntry[] = [];
  let sliceEnd = performance.now() + SLICE_MS;
  for (const name of pids) {
    if (performance.now() >= sliceEnd) {
      await nextTurn();
      sliceEnd = performance.now() + SLICE_MS;
    }
    const entry = readEntry(Number(name));
    if (entry) entries.push(entry);
  }
  return entries;
}

/**
 * Whether the process is still the one that was seen, and not another under its number. Not known
 * to be where it cannot be asked, for want of files.
 */
export function isSameOnLinux({ pid, startedAt }: ProcessEntry): boolean {
  try {
    return parseStat(readIfThere(`/proc/${pid}/stat`))?.startedAt === startedAt;
  } catch {
    return false;
  }
}

function readEntry(pid: number): ProcessEntry | null {
  const stat = parseStat(readIfThere(`/proc/${pid}/stat`));
  if (!stat) return null;
  return { pid, ...stat, marker: markerIn(readIfThere(`/proc/${pid}/environ`), "\0") };
}

/** /proc/PID/stat of proc(5); null for one that has ended, or is about to. */
export function parseStat(text: string): Omit<ProcessEntry, "pid" | "marker"> | null {
  // The program's name is in parentheses, and may hold anything, parentheses as well.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group] = fields;
  if (fields.length < 22 || state === undefined || "Xx".includes(state)) return null;
  // Counted from field 3 of the page: utime 14, stime 15, threads 20, starttime 22, rss 24.
  const [utime, stime, threads, startedAt, pages] = [11, 12, 17, 19, 21].map((at) =>
    Number(fields[at]),
  );
  // Only its first thread has ended where there are others.
  if (state === "Z" && threads === 1) return null;
  return {
    parent: Number(parent),
    group: Number(group),
    startedAt: startedAt ?? 0,
    cpuMs: ((utime ?? 0) + (stime ?? 0)) * MS_PER_TICK,
    memoryBytes: (pages ?? 0) * pageSize(),
  };
}

let knownPageSize = 0;

/** Node does not tell it; what it tells of our own memory in bytes the kernel tells in pages. */
function pageSize(): number {
  if (knownPageSize === 0) {
    const [, pages] = readFileSync("/proc/self/statm", "utf8").split(" ").map(Number);
    const ratio = process.memoryUsage.rss() / (pages ?? 1);
    knownPageSize = Math.max(4096, 2 ** Math.round(Math.log2(ratio)));
  }
  return knownPageSize;
}

/** What is gone, or another user's, reads as nothing. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(systemCode(error))) return "";
    throw error;
  }
}
