/** Where programs are killed, and how it is seen that they are there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { DATABASE } from "./state.ts";
import type { Job } from "./victim.ts";

const OPERATIONS = ["create", "restore", "undo"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** A step of a gateway that serves, or of a command alone. */
export interface Aim {
  face: "serve" | "command";
  operation: Operation;
  /** Of a gateway the phase of its job; from the decision on, what can be seen on the disk. */
  step: string;
}

/** What can be seen on the disk, which is what counts from the decision on. */
const REPLACING: readonly string[] = ["decided", "replacing", "opening", "trying"];

const SERVE_STEPS: Record<Operation, readonly string[]> = {
  create: ["snapshot", "check", "encrypt", "verify", "store", "done"],
  // “prepare” is over in a millisecond, and writes nothing.
  restore: ["unlock", "decrypt", "inspect", "migrate", "commit", ...REPLACING, "done"],
  undo: ["inspect", "commit", ...REPLACING, "done"],
};
const COMMAND_STEPS: Record<Operation, readonly string[]> = {
  create: ["making", "storing"],
  restore: ["staging", ...REPLACING],
  undo: ["staging", ...REPLACING],
};

const aimsOf = (face: Aim["face"], steps: Record<Operation, readonly string[]>): Aim[] =>
  OPERATIONS.flatMap((operation) => steps[operation].map((step) => ({ face, operation, step })));

export const AIMS = [...aimsOf("serve", SERVE_STEPS), ...aimsOf("command", COMMAND_STEPS)];
/** Each step once, whoever takes it. */
export const SHORT_AIMS = [
  ...aimsOf("serve", { ...SERVE_STEPS, undo: ["trying"] }),
  ...aimsOf("command", { create: ["storing"], restore: ["replacing"], undo: ["decided"] }),
];

export const nameOf = ({ face, operation, step }: Aim): string => `${face} ${operation}: ${step}`;

const intentSchema = z.object({ id: z.string() });

/** The restore that was decided and is not finished. */
const decidedOn = (directory: string): string | null => {
  try {
    const intent: unknown = JSON.parse(readFileSync(join(directory, "restore.json"), "utf8"));
    return intentSchema.parse(intent).id;
  } catch {
    // It is not there, or no longer.
    return null;
  }
};

/** Since the decision; null before it and after it was carried out. */
export function stepOnDisk(directory: string): string | null {
  const id = decidedOn(directory);
  if (id === null) return null;
  const isStaged = existsSync(join(directory, "restore", id, DATABASE));
  const isLive = existsSync(join(directory, DATABASE));
  if (isStaged) return isLive ? "decided" : "replacing";
  return existsSync(join(directory, `${DATABASE}-wal`)) ? "trying" : "opening";
}

const namesIn = (directory: string): string[] =>
  existsSync(directory) ? readdirSync(directory) : [];

/** What a command is at that tells of nothing. */
const stepOfCommand = (directory: string): string | null => {
  const decided = stepOnDisk(directory);
  if (decided !== null) return decided;
  if (namesIn(join(directory, "backups")).some((name) => name.endsWith(".partial"))) {
    return "storing";
  }
  const [staged] = namesIn(join(directory, "restore"));
  if (staged === undefined) return null;
  return staged.startsWith("backup-") ? "making" : "staging";
};

/** When a step is given up that does not come, ms. */
const STEP_MS = 60_000;

/**
 * Waits until a program is at a step, or past it.
 *
 * @param ask for the job of one that serves; null for a command
 * @param hasEnded of a command
 */
export async function untilStep(
  { step }: Aim,
  directory: string,
  ask: (() => Promise<Job | null | undefined>) | null,
  hasEnded: () => boolean = () => false,
): Promise<{ step: string; isDone: boolean }> {
  const end = performance.now() + STEP_MS;
  let last = "beginning";
  while (performance.now() < end) {
    const seen = ask === null ? stepOfCommand(directory) : stepOnDisk(directory);
    last = seen ?? last;
    if (seen === step) return { step, isDone: false };
    if (hasEnded()) return { step: "done", isDone: true };
    const job = seen === null && ask ? await ask() : null;
    if (job?.problem) throw new Error(`it failed: ${JSON.stringify(job.problem)}`);
    if (job?.state === "done") return { step: "done", isDone: true };
    // Whoever serves nothing has stopped for what it is about to decide, or has just carried out.
    const isSilent = job === undefined && !REPLACING.includes(last);
    last = isSilent ? "commit" : (job?.phase ?? last);
    if (last === step) return { step, isDone: false };
    await pause(1);
  }
  throw new Error(`it did not come to “${step}”: it is at “${last}”`);
}
