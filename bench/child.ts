import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { descendants, isAlive } from "../e2e/processes.ts";

/** How a target is started. */
export interface Launch {
  command: string;
  args: string[];
  env?: Record<string, string>;
}

export const node = (script: string, args: string[], env: Record<string, string> = {}): Launch => ({
  command: process.execPath,
  args: [script, ...args],
  env,
});

/** A started target: its own process group, ended with everything below it. */
export interface Child {
  pid: number;
  /** Rejects when the process ends; never resolves. */
  ended: Promise<never>;
  family(): number[];
  /** Asks it to end, and kills what is left of it after so many ms. */
  stop(graceMs?: number): Promise<void>;
}

const running = new Set<Child>();

/** Ends whatever is still running; for interrupted runs. */
export const stopAll = async (): Promise<void> => {
  await Promise.all([...running].map((child) => child.stop()));
};

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** To a process, or a group where the id is negative; what has ended by itself needs none. */
const signal = (pid: number, name: NodeJS.Signals): void => {
  if (isAlive(pid)) process.kill(pid, name);
};

/**
 * What is started knows of this machine no more than a fresh install would: certificates, proxies
 * and settings of whoever measures are not passed on.
 */
const KEPT = ["PATH", "HOME", "LANG", "TMPDIR", "NODE_OPTIONS"];
export const plainEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(KEPT.map((name) => [name, process.env[name]]));

/** Starts a process; stdin stays open, its output goes to the file. */
export const start = ({ command, args, env }: Launch, logFile: string): Child => {
  const log = openSync(logFile, "a");
  const child = spawn(command, args, {
    env: { ...plainEnvironment(), ...env },
    stdio: ["pipe", log, log],
    detached: true,
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started`);

  const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const family = () => [pid, ...descendants(pid)];

  const self: Child = {
    pid,
    ended: exit.then(() => {
      const tail = readFileSync(logFile, "utf8").slice(-2000);
      throw new Error(`${command} ${args[0]} ended by itself:\n${tail}`);
    }),
    family,
    stop: async (graceMs = 5000) => {
      const members = family();
      signal(-pid, "SIGTERM");
      await Promise.race([exit, pause(graceMs)]);
      // The group, and what has left it to be a group of its own.
      for (const member of [-pid, ...members]) signal(member, "SIGKILL");
      await exit;
      running.delete(self);
    },
  };
  // Whoever waits for it hears of it; an end that nobody waits for is no error.
  self.ended.catch(() => undefined);
  running.add(self);
  return self;
};

/** A TCP port of loopback that is free now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === "string") reject(new Error("no port"));
        else resolve(address.port);
      });
    });
  });
