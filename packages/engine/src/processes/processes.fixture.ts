import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, onTestFinished } from "vitest";
import { MARKER } from "./marker.ts";
import { Processes } from "./processes.ts";

const SILENT = { info() {}, warn() {}, error() {} };

/** Stands for a data directory that nobody else has. */
export const someOwner = (): string => randomBytes(8).toString("hex");

/** For the tests of one file, which know of no processes but their own. */
export function testProcesses(): Processes {
  const processes = new Processes({ owner: someOwner(), log: SILENT });
  afterAll(() => processes.close());
  return processes;
}

/** Whether it is there, and not only waiting for a parent that does not ask for it. */
export function isRunning(pid: number): boolean {
  try {
    const state = execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
    return !state.startsWith("Z");
  } catch {
    return false;
  }
}

export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error("it did not come to be so");
    await sleep(20);
  }
}

/** A shell of its own group; it tells the numbers of what it starts, each on a line. */
export function shell(
  script: string,
  marker: string | null,
): { child: ChildProcess; told: number[] } {
  const { PATH } = process.env;
  const env = marker === null ? { PATH } : { PATH, [MARKER]: marker };
  const child = spawn("/bin/sh", ["-c", script], { detached: true, stdio: "pipe", env });
  const told: number[] = [];
  child.stdout.on("data", (chunk: Buffer) =>
    told.push(...chunk.toString().trim().split("\n").map(Number)),
  );
  endedAfterTest(() => [child.pid ?? 0, ...told]);
  return { child, told };
}

/** A process that nobody has marked. @returns its number */
export function sleeper(env: Record<string, string> = {}): number {
  const child = spawn("sleep", ["1000"], {
    detached: true,
    stdio: "ignore",
    env: { ...process.env, ...env },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("there is no sleep");
  endedAfterTest(() => [pid]);
  return pid;
}

/** Ends, after the test, what is still there of it. */
function endedAfterTest(pids: () => number[]): void {
  onTestFinished(() => {
    for (const pid of pids()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended, as most do.
      }
    }
  });
}
