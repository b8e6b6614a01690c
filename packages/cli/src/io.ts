import type { Readable, Writable } from "node:stream";

/** What a command has of the world around it. Tests hand in streams and an environment of their own. */
export interface Io {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean };
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Aborts when a person or the system asks the command to stop. */
  signal: AbortSignal;
  /**
   * Takes back how long the command may go on after that: what it has begun comes to its own end, and
   * is not to be cut off in the middle.
   */
  goOn?: () => void;
}

/** Whether there is a person who can be asked; questions go to stderr, so that stdout stays data. */
export const isInteractive = (io: Io): boolean =>
  io.stdin.isTTY === true && io.stderr.isTTY === true;
