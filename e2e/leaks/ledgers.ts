import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { LEDGER_VARIABLE, type LedgerEntry, readLedger } from "../fixtures/ledger.ts";
import { allProcesses, commandOf, kill, type Running, runs, variableOf } from "./proc.ts";
import { until } from "./until.ts";

/** A process that runs and should not. */
export interface Survivor {
  server: string;
  name: string;
  pid: number;
  start: string;
  command: string;
  /** Whether it was gone a little later, so that the gateway was slow and not forgetful. */
  isLate: boolean;
}

/** How long nothing may be left after a stop or the death of a gateway, ms. */
export const GONE_MS = 10_000;
/** How long what survived may take to show that it was only late, ms. */
const LATE_MS = 15_000;
const POLL_MS = 50;
/** How long one look at all processes serves everybody who asks, ms. */
const LOOK_MS = 100;

/** A sentence for each server of which something survived. @param when what it survived */
export const describe = (when: string, survivors: Survivor[]): string[] => {
  const servers = [...new Set(survivors.map(({ server }) => server))];
  return servers.map((server) => {
    const [first, ...others] = survivors.filter((one) => one.server === server);
    const more = others.length === 0 ? "" : `, and ${others.length} more`;
    const late = first?.isLate ? `gone only after more than ${GONE_MS / 1000} s` : "never ended";
    return `${when}, ${server} left pid ${first?.pid} (${first?.name}), ${late}: ${first?.command}${more}`;
  });
};

/**
 * The gate's own knowledge of what ran: each server has a ledger in which its processes enter
 * themselves, and its environment names that ledger, so that wrappers which cannot write are found as
 * well. What the product knows or marks is not asked.
 */
export class Ledgers {
  readonly #directory: string;
  #look: { at: number; carriers: [Running, string][] } = { at: 0, carriers: [] };

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  /** The variables that a server is started with. */
  variables(server: string): Record<string, string> {
    return { [LEDGER_VARIABLE]: join(this.#directory, server) };
  }

  /** Everything that a server ever was, oldest first. */
  entries(server: string): LedgerEntry[] {
    const file = join(this.#directory, server);
    return existsSync(file) ? readLedger(file) : [];
  }

  /** What runs of a server at this moment. */
  running(server: string): Survivor[] {
    const entered = this.entries(server).filter(runs);
    const known = new Set(entered.map(({ pid }) => pid));
    const file = join(this.#directory, server);
    const wrappers = this.#carriers()
      .filter(([{ pid }, ledger]) => ledger === file && !known.has(pid))
      .map(([{ pid, start }]) => ({ pid, start, name: "not in the ledger" }))
      .filter(runs);
    return [...entered, ...wrappers].map(({ pid, start, name }) => ({
      server,
      name,
      pid,
      start,
      command: commandOf(pid),
      isLate: false,
    }));
  }

  /** Whether a process was started as a server, or by one. */
  isServer(pid: number): boolean {
    return variableOf(pid, LEDGER_VARIABLE)?.startsWith(this.#directory) ?? false;
  }

  #carriers(): [Running, string][] {
    if (Date.now() - this.#look.at > LOOK_MS) {
      const carriers = allProcesses().flatMap((one): [Running, string][] => {
        const ledger = variableOf(one.pid, LEDGER_VARIABLE);
        return ledger?.startsWith(this.#directory) ? [[one, ledger]] : [];
      });
      this.#look = { at: Date.now(), carriers };
    }
    return this.#look.carriers;
  }
}

/**
 * Waits until nothing of this runs any more.
 *
 * @returns what did after {@link GONE_MS}; where it did not end then either, it is ended here, so that
 * it spoils nothing else
 */
export const untilGone = async (
  look: () => Survivor[],
): Promise<{ tookMs: number; survivors: Survivor[] }> => {
  const began = performance.now();
  await until(() => look().length === 0, GONE_MS, POLL_MS);
  const survivors = look();
  if (survivors.length === 0) return { tookMs: performance.now() - began, survivors };
  const isLate = await until(() => !survivors.some(runs), LATE_MS, POLL_MS);
  survivors.forEach(kill);
  const tookMs = performance.now() - began;
  return { tookMs, survivors: survivors.map((one) => ({ ...one, isLate })) };
};
