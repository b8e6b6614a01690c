import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isObject } from "../jsonrpc.ts";
import { systemCode } from "../upstream/failure.ts";
import type { ProcessEntry } from "./family.ts";

const run = promisify(execFile);

const MAX_OUTPUT = 64 * 1024 * 1024;
/** taskkill takes them on its command line, which is of limited length. */
const PIDS_AT_ONCE = 100;
/** Windows counts processor time in units of 100 ns. */
const UNITS_PER_MS = 10_000;

const QUERY =
  "Get-CimInstance Win32_Process | ForEach-Object { [pscustomobject]@{ " +
  "pid = $_.ProcessId; parent = $_.ParentProcessId; memory = $_.WorkingSetSize; " +
  "cpu = $_.KernelModeTime + $_.UserModeTime; " +
  "started = if ($_.CreationDate) { ([DateTimeOffset]$_.CreationDate).ToUnixTimeMilliseconds() } } } " +
  "| ConvertTo-Json -Compress";

/**
 * Asks the system's instrumentation. It does not show environments, so members of a family are
 * found by who started whom; Windows keeps the number of a parent that is gone.
 */
export async function readWindowsProcesses(): Promise<ProcessEntry[]> {
  const { stdout } = await run(
    "powershell.exe",
    ["-NoProfile", "-NonInteractive", "-Command", QUERY],
    { maxBuffer: MAX_OUTPUT, windowsHide: true },
  );
  return parseProcesses(stdout);
}

/** What the query prints. Processes of the system, which tell no date, are left out. */
export function parseProcesses(json: string): ProcessEntry[] {
  const rows: unknown = JSON.parse(json);
  return (Array.isArray(rows) ? rows : [rows]).flatMap((row: unknown) => {
    if (!isObject(row)) return [];
    const { pid, parent, memory, cpu, started } = row;
    if (typeof pid !== "number" || typeof parent !== "number" || typeof started !== "number") {
      return [];
    }
    return {
      pid,
      parent,
      group: null,
      startedAt: started,
      cpuMs: typeof cpu === "number" ? Math.round(cpu / UNITS_PER_MS) : 0,
      memoryBytes: typeof memory === "number" ? memory : 0,
      marker: null,
    };
  });
}

/** Ends exactly these, all at once where there are not too many. */
export async function endOnWindows(processes: readonly { pid: number }[]): Promise<void> {
  for (let at = 0; at < processes.length; at += PIDS_AT_ONCE) {
    await run("taskkill.exe", taskkillArguments(processes.slice(at, at + PIDS_AT_ONCE)), {
      windowsHide: true,
    }).catch((error: unknown) => {
      // It says with its exit code that one of them had ended already.
      if (systemCode(error) === "ENOENT") throw error;
    });
  }
}

/** Without `/T`, which follows numbers of parents without asking whether they are still the same. */
export const taskkillArguments = (processes: readonly { pid: number }[]): string[] => [
  "/F",
  ...processes.flatMap(({ pid }) => ["/PID", String(pid)]),
];
