import { type Cli, unlessAborted } from "../cli.ts";

/** Says how far something is. */
export interface ProgressLine {
  /** @param progress 0 to 1 within the phase, null where it cannot be known */
  show: (phase: string, progress: number | null) => void;
  /** Leaves the cursor on a line of its own. */
  end: () => void;
}

/** A line per phase, for a person at a terminal; programs are spared it. */
export const progressLine = (cli: Cli): ProgressLine => {
  const { stderr } = cli.io;
  if (stderr.isTTY !== true || cli.json) return { show: () => {}, end: () => {} };
  let shown: string | null = null;
  let width = 0;
  const end = (): void => {
    if (shown !== null) stderr.write("\n");
    shown = null;
    width = 0;
  };
  return {
    show: (phase, progress) => {
      if (phase !== shown) end();
      shown = phase;
      const percent = progress === null ? "" : ` ${Math.round(progress * 100)} %`;
      const text = `${phase}…${percent}`;
      stderr.write(`\r${text.padEnd(width)}`);
      width = text.length;
    },
    end,
  };
};

/** ms between two looks at how far it is. */
const LOOK_MS = 200;

/** Where it can be seen how far something is, and where it can be ended. */
export interface Watchable {
  /** Null while there is nothing to say. */
  look: () => Promise<{ phase: string; progress: number | null } | null>;
  /** Rejects where it cannot be any more. */
  cancel: () => Promise<unknown>;
}

/**
 * Shows how far `work` is, and cancels it where a person asks the command to stop; `work` then
 * rejects with what came of that.
 */
export const watching = async <T>(
  cli: Cli,
  { look, cancel }: Watchable,
  work: () => Promise<T>,
): Promise<T> => {
  const { signal } = cli.io;
  const line = progressLine(cli);
  let over = false;
  const show = async (): Promise<void> => {
    const seen = await look();
    if (seen !== null && !over) line.show(seen.phase, seen.progress);
  };
  const timer = setInterval(() => {
    // What is wrong with the gateway is said by the work itself.
    show().catch(() => clearInterval(timer));
  }, LOOK_MS);
  // Where it is over already, or has come too far, the work tells, and is waited for.
  const stop = (): void => void cancel().catch(() => cli.io.goOn?.());
  signal.addEventListener("abort", stop);
  try {
    return await work();
  } finally {
    over = true;
    signal.removeEventListener("abort", stop);
    clearInterval(timer);
    line.end();
  }
};

/** The same for what cannot be looked into; a person who asks to stop is not kept waiting. */
export const waiting = <T>(cli: Cli, phase: string, work: () => Promise<T>): Promise<T> =>
  watching(cli, { look: async () => ({ phase, progress: null }), cancel: async () => {} }, () =>
    unlessAborted(work(), cli.io.signal),
  );
