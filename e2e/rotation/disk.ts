/** What a program asks of the disk, step by step, and what the disk holds if it ends at one of them. */
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

/** In the order in which the program asked; `file` is a name in the directory that is watched. */
export type Step =
  | { kind: "write"; file: string; offset: number; bytes: Buffer }
  | { kind: "truncate"; file: string; size: number }
  | { kind: "unlink"; file: string }
  | { kind: "sync"; file: string }
  /** A line that the program wrote to its output. */
  | { kind: "mark"; text: string };

/** Calls by which SQLite changes a file, as strace(1) names them. */
export const KILLING_CALLS = "pwrite64,fsync,fdatasync,ftruncate,unlink";

const execute = promisify(execFile);
const unescaped = (text: string): Buffer => Buffer.from(text.replaceAll("\\x", ""), "hex");

/** An index of SQLite that lives in memory that is mapped, and is made anew after a crash. */
const isWatched = (path: string, directory: string): boolean =>
  dirname(path) === directory && !path.endsWith("-shm");

function readStep(line: string, directory: string): Step | null {
  const call = /^\d+ +(\w+)\((?:(\d+)<([^>]*)>|"([^"]*)")(?:, "([^"]*)")?(.*)$/.exec(line);
  if (!call) return null;
  const [, name = "", descriptor, opened, named, text = "", rest = ""] = call;
  const path = unescaped(opened ?? named ?? "").toString();
  if (name === "write") {
    return descriptor === "1" ? { kind: "mark", text: unescaped(text).toString().trim() } : null;
  }
  if (!isWatched(path, directory)) return null;
  const file = basename(path);
  const numbers = rest.match(/\d+/g)?.map(Number) ?? [];
  switch (name) {
    case "pwrite64":
      return { kind: "write", file, bytes: unescaped(text), offset: numbers[1] ?? NaN };
    case "ftruncate":
      return { kind: "truncate", file, size: numbers[0] ?? NaN };
    case "unlink":
      return { kind: "unlink", file };
    default:
      return { kind: "sync", file };
  }
}

/** Runs a program to its end and takes down what it does to the files of a directory. */
export async function record(line: string[], directory: string, log: string): Promise<Step[]> {
  const follow = [
    "-f",
    "-y",
    "-xx",
    "-s",
    "1048576",
    "-e",
    `trace=${KILLING_CALLS},write`,
    "-o",
    log,
  ];
  await execute("strace", [...follow, ...line]);
  const lines = readFileSync(log, "latin1").split("\n");
  return lines.flatMap((one) => readStep(one, directory) ?? []);
}

/** Files by their names. A buffer is never written to once it is in here. */
type Files = Map<string, Buffer>;

export const readFiles = (directory: string): Files =>
  new Map(
    readdirSync(directory)
      .filter((name) => !name.endsWith("-shm"))
      .map((name) => [name, readFileSync(join(directory, name))]),
  );

export const writeFiles = (files: Files, directory: string): void => {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const [name, bytes] of files) writeFileSync(join(directory, name), bytes);
};

function apply(files: Files, step: Step): void {
  if (step.kind === "mark" || step.kind === "sync") return;
  if (step.kind === "unlink") return void files.delete(step.file);
  const before = files.get(step.file) ?? Buffer.alloc(0);
  if (step.kind === "truncate") {
    const after = Buffer.alloc(step.size);
    before.copy(after);
    return void files.set(step.file, after);
  }
  const after = Buffer.alloc(Math.max(before.length, step.offset + step.bytes.length));
  before.copy(after);
  step.bytes.copy(after, step.offset);
  files.set(step.file, after);
}

export interface Crash {
  /** For a person: which step, and how it ended there. */
  name: string;
  /** How many steps were taken. */
  at: number;
  files: Files;
}

/** The first half of what a write would have written. */
const torn = (step: Step): Step =>
  step.kind === "write" ? { ...step, bytes: step.bytes.subarray(0, step.bytes.length >> 1) } : step;

/**
 * What the disk may hold where it all ends after so many steps: the program is killed; the power
 * goes, and with it what no sync has waited for: all of it, all but the last step, half of that.
 */
export function* crashes(start: Files, steps: Step[]): Generator<Crash> {
  const now = new Map(start);
  const safe = new Map(start);
  yield { name: "before the first step", at: 0, files: new Map(now) };
  for (const [index, step] of steps.entries()) {
    const at = index + 1;
    const name = `after step ${at}, a ${step.kind}`;
    const half = new Map(now);
    const alone = new Map(safe);
    apply(half, torn(step));
    apply(alone, step);
    apply(now, step);
    const file = step.kind === "sync" ? now.get(step.file) : undefined;
    if (step.kind === "sync" && file) safe.set(step.file, file);
    yield { name, at, files: new Map(now) };
    yield { name: `${name}; what was not synced is lost`, at, files: new Map(safe) };
    if (step.kind !== "write") continue;
    yield { name: `${name}; it alone of what was not synced is kept`, at, files: alone };
    yield { name: `${name}; half of it`, at: index, files: half };
  }
}
