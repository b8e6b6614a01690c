import type { ProcessEntry } from "./family.ts";
import { readLinuxProcesses, isSameOnLinux } from "./linux.ts";
import { readMacProcesses } from "./macos.ts";
import { endOnWindows, readWindowsProcesses } from "./windows.ts";
import { systemCode } from "../upstream/failure.ts";

export type Signal = "SIGTERM" | "SIGKILL";

/** What is asked of an operating system to find processes and to end them. */
export interface ProcessSystem {
  /** All that can be seen; those that have ended and only wait for their parent are left out. */
  read: () => Promise<ProcessEntry[]>;
  /** Those that are gone by now, or have become another user's, are passed over. */
  signal: (processes: readonly ProcessEntry[], signal: Signal) => Promise<void>;
}

export function processSystem(platform: NodeJS.Platform = process.platform): ProcessSystem {
  if (platform === "win32") {
    return {
      read: shared(readWindowsProcesses),
      // Windows has no SIGTERM for others.
      signal: (processes) => endOnWindows(processes),
    };
  }
  const isMac = platform === "darwin";
  return {
    read: shared(isMac ? readMacProcesses : readLinuxProcesses),
    signal: async (processes, signal) => {
      for (const entry of processes) {
        if (isMac || isSameOnLinux(entry)) send(entry.pid, signal);
      }
    },
  };
}

function send(pid: number, signal: Signal): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!["ESRCH", "EPERM"].includes(systemCode(error))) throw error;
  }
}

/**
 * Readings that are asked for while one is under way are one further reading: it begins after they
 * were asked for, so none is told of a moment before its question.
 */
export function shared<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  let next: Promise<T> | null = null;
  const begin = (): Promise<T> => {
    const reading = read().finally(() => {
      if (running === reading) running = null;
    });
    running = reading;
    return reading;
  };
  return () => {
    if (!running) return begin();
    next ??= running
      .catch(() => {})
      .then(() => {
        next = null;
        return begin();
      });
    return next;
  };
}
