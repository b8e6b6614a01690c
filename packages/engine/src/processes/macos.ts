import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ProcessEntry } from "./family.ts";
import { markerIn } from "./marker.ts";

const run = promisify(execFile);

/** ps(1) of macOS: `-E` adds the environment of our own processes behind their command. */
const ARGUMENTS = ["-axwwE", "-o", "pid=,ppid=,pgid=,state=,rss=,time=,lstart=,command="];
const MAX_OUTPUT = 64 * 1024 * 1024;

/** Asks ps. */
export async function readMacProcesses(): Promise<ProcessEntry[]> {
  const { stdout } = await run("/bin/ps", ARGUMENTS, {
    maxBuffer: MAX_OUTPUT,
    // Dates in one language, and in a time that never goes back by an hour.
    env: { LC_ALL: "C", TZ: "UTC" },
  });
  return stdout.split("\n").flatMap((line) => parseLine(line) ?? []);
}

const LINE =
  /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\d+)\s+([\d:.-]+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s?(.*)$/;

/** One line of ps; null for one that has ended, or that is no such line. */
export function parseLine(line: string): ProcessEntry | null {
  const match = LINE.exec(line);
  if (!match) return null;
  const [, pid, parent, group, state = "", kilobytes, time = "", started = "", command = ""] =
    match;
  if (state.startsWith("Z")) return null;
  return {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    startedAt: Date.parse(`${started} UTC`),
    cpuMs: cpuTime(time),
    memoryBytes: Number(kilobytes) * 1024,
    marker: markerIn(command, " "),
  };
}

/** `[[days-]hours:]minutes:seconds.hundredths` */
function cpuTime(text: string): number {
  const [days, clock] = text.includes("-") ? text.split("-", 2) : ["0", text];
  const seconds = (clock ?? "").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round((Number(days) * 86_400 + seconds) * 1000);
}
