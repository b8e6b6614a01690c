import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { basename } from "node:path";

/** As `nice` counts: a third of what a thread of ordinary priority is given beside it. */
const PRIORITY = 5;

/**
 * Lets the threads that serve calls come before this one, where a thread has a priority of its own:
 * on Linux. On a busy machine calls wait less for it, and what cannot be recorded in time is counted.
 */
export function giveWay(): void {
  if (process.platform !== "linux") return;
  try {
    // Of a thread, against POSIX: https://man7.org/linux/man-pages/man2/setpriority.2.html#BUGS
    setPriority(Number(basename(readlinkSync("/proc/thread-self"))), PRIORITY);
  } catch {
    // Without /proc, or where it is not allowed, all are alike.
  }
}
