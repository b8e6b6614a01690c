import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { promisify } from "node:util";

/**
 * Names the program that listens on a port, as “name (pid 12)”, or “another program” where the
 * system does not say. With `only` where we have the port of the other kind of address ourselves.
 */
export async function portHolder(port: number, { only }: { only?: "ipv6" } = {}): Promise<string> {
  const holder =
    process.platform === "linux"
      ? await byProc(port, only === "ipv6" ? IPV6_TABLE : ALL_TABLES)
      : await byLsof(port, only === "ipv6" ? "6TCP" : "TCP");
  return holder ?? "another program";
}

const LISTENING = "0A";
const IPV6_TABLE = ["/proc/net/tcp6"];
const ALL_TABLES = ["/proc/net/tcp", ...IPV6_TABLE];

/** proc(5): /proc/net/tcp names the socket, /proc/PID/fd the process that has it. */
async function byProc(port: number, paths: readonly string[]): Promise<string | null> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const tables = await Promise.all(paths.map((path) => readFile(path, "utf8").catch(() => "")));
  const rows = tables.flatMap((table) => table.split("\n").map((row) => row.trim().split(/\s+/)));
  const inodes = rows
    .filter((row) => row[1]?.endsWith(`:${hexPort}`) && row[3] === LISTENING)
    .map((row) => `socket:[${row[9]}]`);
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    // A process of another user hides its descriptors, and one may end while we look.
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
      if (!inodes.includes(target)) continue;
      const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "a program");
      return `${name.trim()} (pid ${pid})`;
    }
  }
  return null;
}

async function byLsof(port: number, protocol: string): Promise<string | null> {
  const args = ["-nP", `-i${protocol}:${port}`, "-sTCP:LISTEN", "-Fpc"];
  const output = await promisify(execFile)("lsof", args, { timeout: 2000 }).catch(() => null);
  const pid = /^p(\d+)$/m.exec(output?.stdout ?? "")?.[1];
  const name = /^c(.+)$/m.exec(output?.stdout ?? "")?.[1];
  return pid === undefined ? null : `${name ?? "a program"} (pid ${pid})`;
}
