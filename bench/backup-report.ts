import type { Felt } from "./backup-probe.ts";
import { table } from "./stats.ts";

/** One backup, one restore, or a while of rest; ms and MB (2^20). */
export interface Timed extends Felt {
  ms: number;
  /** As far as they were seen. */
  phases: Record<string, number>;
  rssPeak: number;
}

export interface Ran {
  /** Of the backup. */
  bytes: number;
  atRest: Felt & { rssPeak: number };
  backup: Timed;
  restore: Timed;
}

export interface Measurement extends Ran {
  /** Of the database, MB. */
  megabytes: number;
  /** Whether what was restored has the content digest of what was backed up. */
  isEqual: boolean;
}

export interface Goal {
  megabytes: number;
  backupSeconds: number;
  restoreSeconds: number;
}

const DELAY_P99_MS = 20;
const HEAD = ["", "s", "goal", "CPU s", "loop p99 ms", "goal", "max", "peak MB"];

const seconds = (ms: number): string => (ms / 1000).toFixed(2);
const nameOf = ({ megabytes }: Measurement): string => `${megabytes.toFixed(0)} MB`;

const phasesOf = ({ phases }: Timed): string =>
  Object.entries(phases)
    .map(([phase, ms]) => `${phase} ${seconds(ms)}`)
    .join(", ");

const row = (what: string, felt: Ran["atRest"], ms?: number, goal?: number): string[] => [
  what,
  ms === undefined ? "" : seconds(ms),
  goal === undefined ? "" : `≤ ${goal}`,
  seconds(felt.cpuMs),
  felt.delayP99.toFixed(1),
  `≤ ${DELAY_P99_MS}`,
  felt.delayMax.toFixed(0),
  felt.rssPeak.toFixed(0),
];

/** The figures beside their goals as text, and what is behind them. */
export const reportBackup = (
  results: readonly { goal: Goal; measured: Measurement }[],
): { text: string; behind: string[] } => {
  const rows = results.flatMap(({ goal, measured }) => {
    const { atRest, backup, restore } = measured;
    const name = nameOf(measured);
    return [
      row(`${name}, at rest`, atRest),
      row(`${name}, backup`, backup, backup.ms, goal.backupSeconds),
      row(`${name}, restore`, restore, restore.ms, goal.restoreSeconds),
    ];
  });
  const notes = results.flatMap(({ measured }) => [
    `${nameOf(measured)}: ${measured.isEqual ? "the same content came back" : "ANOTHER CONTENT CAME BACK"}, from a file of ${(measured.bytes / 2 ** 20).toFixed(0)} MB`,
    `  backup: ${phasesOf(measured.backup)}`,
    `  restore: ${phasesOf(measured.restore)}`,
  ]);
  return { text: [table([HEAD, ...rows]), ...notes].join("\n"), behind: results.flatMap(lacks) };
};

const lacks = ({ goal, measured }: { goal: Goal; measured: Measurement }): string[] => {
  const { backup, restore, isEqual } = measured;
  const all: [boolean, string][] = [
    [!isEqual, "another content came back"],
    [backup.ms > goal.backupSeconds * 1000, "the backup takes too long"],
    [restore.ms > goal.restoreSeconds * 1000, "the restore takes too long"],
    [backup.delayP99 > DELAY_P99_MS, "the backup holds up the event loop"],
    [restore.delayP99 > DELAY_P99_MS, "the restore holds up the event loop"],
  ];
  return all.flatMap(([isBehind, what]) => (isBehind ? `${nameOf(measured)}: ${what}` : []));
};
