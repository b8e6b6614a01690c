import { readdirSync, readFileSync } from "node:fs";

/** How long all threads that a process has now have computed, ms. Linux only: reads /proc. */
export const computedBy = (pid: number): number => {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.reduce((sum, thread) => sum + computedByThread(pid, thread), 0);
};

/** The same of one of its threads. */
export const computedByThread = (pid: number, thread: string | number): number => {
  const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8");
  // The first field is in ns: https://docs.kernel.org/scheduler/sched-stats.html
  return Number(text.split(" ")[0]) / 1e6;
};
