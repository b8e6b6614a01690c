import { descendants, isAlive } from "../processes.ts";

const closers: (() => Promise<unknown>)[] = [];

/** Runs at the end, whatever the end is; the last one first. */
export const atEnd = (close: () => Promise<unknown>): void => {
  closers.push(close);
};

/** Closes everything that was started; what still lives below this process then is killed. */
export const endAll = async (): Promise<void> => {
  for (const close of closers.splice(0).toReversed()) {
    await close().catch((error: unknown) => console.error("while closing:", error));
  }
  for (const pid of descendants(process.pid)) if (isAlive(pid)) process.kill(pid, "SIGKILL");
};

/** Ends everything on Ctrl-C and on SIGTERM too, with the exit codes a shell expects. */
export const endOnSignals = (): void => {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, () => void endAll().finally(() => process.exit(code)));
  }
};
