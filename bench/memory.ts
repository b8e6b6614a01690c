import { readFileSync, writeFileSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";

/** Memory of one process, MB (2^20). */
export interface Memory {
  rss: number;
  /** Pages that are shared count in part. */
  pss: number;
}

const kilobytes = (text: string, key: string): number => {
  const value = new RegExp(`^${key}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
  if (value === undefined) throw new Error(`no ${key}`);
  return Number(value);
};

/** Linux only: reads /proc. */
export const memoryOf = async (pid: number): Promise<Memory> => ({
  rss: kilobytes(await readFile(`/proc/${pid}/status`, "utf8"), "VmRSS") / 1024,
  pss: kilobytes(await readFile(`/proc/${pid}/smaps_rollup`, "utf8"), "Pss") / 1024,
});

/** Begins its peak anew: https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html */
export const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, "5");

/** The most that a process had since its start, or since its peak was forgotten, MB (2^20). */
export const peakOf = (pid: number): number =>
  kilobytes(readFileSync(`/proc/${pid}/status`, "utf8"), "VmHWM") / 1024;

/** The one of these processes that listens on the TCP port. Linux only. */
export const listenerOf = async (port: number, pids: number[]): Promise<number> => {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const sockets = new Set<string>();
  for (const file of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of (await readFile(file, "utf8")).split("\n")) {
      // sl, local address, remote address, state (0A listens), …, inode: proc_pid_net(5)
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(`:${hex}`) && fields[3] === "0A")
        sockets.add(`socket:[${fields[9]}]`);
    }
  }
  for (const pid of pids) {
    const open = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const fd of open) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => "");
      if (sockets.has(target)) return pid;
    }
  }
  throw new Error(`none of its processes listens on port ${port}`);
};
