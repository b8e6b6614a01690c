import { spawn } from "node:child_process";
import type { Command } from "./launch.ts";

/** ms; an app that has not ended after this is ended by force. */
const GRACE = 15_000;

/**
 * npm does not pass a SIGTERM on to what it runs, and nobody should be left with a gateway that
 * they have stopped.
 */
export const whenParentIsGone = (stop: () => void): void => {
  const startedBy = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === startedBy) return;
    clearInterval(watch);
    stop();
  }, 1000);
  watch.unref();
};

/**
 * Runs a program until it ends, or this process is asked to end. In a group of its own: a terminal
 * sends Ctrl-C to all of its group, and a second signal would end Electron at once.
 * @returns its exit code; 1 where a signal ended it
 */
export const runUntilStopped = async ({ program, args, env }: Command): Promise<number> => {
  const child = spawn(program, args, {
    env,
    stdio: "inherit",
    detached: process.platform !== "win32",
  });
  const stop = (): void => {
    child.kill("SIGTERM");
    const force = (): void => {
      if (child.pid) process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
    };
    const timer = setTimeout(force, GRACE);
    child.once("exit", () => clearTimeout(timer));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
  whenParentIsGone(stop);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
};
