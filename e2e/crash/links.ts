/** Links that somebody has put where an operation writes: nothing is written through them. */
import { execFile } from "node:child_process";
import { lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual, promisify } from "node:util";
import type { Form, Section } from "../leaks/section.ts";
import { check, promisesOf } from "./check.ts";
import { readTree, writeTree } from "./disk.ts";
import { lineOf, programEnvironment } from "./program.ts";
import type { Recording } from "./states.ts";
import { readWords } from "./words.ts";

const execute = promisify(execFile);

/** They may be there from earlier, and empty. */
const FOLDERS = ["restore", "previous"];
/** Of each operation in the short form, beside those folders. */
const SHORT_NAMES = 2;

/** Names that an operation creates or renames to, one at a time. */
function namesIn({ targets, start }: Recording, form: Form): string[] {
  const names = targets.map(({ path }) => path).filter((path) => path !== "" && !start.has(path));
  const own = [...new Set(names)].filter((path) => !/^lock\.db|-(wal|journal)$/.test(path));
  const stride = form === "full" ? 1 : Math.ceil(own.length / SHORT_NAMES);
  return [...FOLDERS, ...own.filter((_, index) => index % stride === 0)];
}

/** @returns what it said, however it ended */
async function run(recording: Recording, directory: string): Promise<string> {
  const [program = "", ...args] = lineOf(recording.operation, directory);
  try {
    return (await execute(program, args, { env: programEnvironment(directory) })).stdout;
  } catch (error) {
    // A link in the way may well be refused.
    return error instanceof Error && "stdout" in error ? String(error.stdout) : "";
  }
}

const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

/** @throws Error where something was written through the link, or the state is none that may be */
async function tryLink(recording: Recording, name: string, root: string): Promise<void> {
  const directory = join(root, "recorded");
  const elsewhere = join(root, "elsewhere");
  rmSync(elsewhere, { recursive: true, force: true });
  mkdirSync(join(elsewhere, "folder"), { recursive: true });
  writeFileSync(join(elsewhere, "file"), "of somebody else");
  const before = readTree(elsewhere);
  writeTree(recording.start, directory);
  rmSync(join(directory, name), { recursive: true, force: true });
  const link = join(directory, name);
  const isFolder = !/\.[a-z]+$/.test(name);
  mkdirSync(dirname(link), { recursive: true, mode: 0o700 });
  symlinkSync(join(elsewhere, isFolder ? "folder" : "file"), link);
  const said = await run(recording, directory);
  if (!isDeepStrictEqual(readTree(elsewhere), before)) throw new Error("it was written through");
  if (isLink(link)) rmSync(link);
  const [first] = recording.words;
  const told = readWords(said.split("\n").filter(Boolean));
  const all = first ? [first, ...told] : told;
  await check(directory, promisesOf(all, recording.words.slice(all.length), false));
}

export async function links(
  recordings: readonly Recording[],
  form: Form,
  root: string,
): Promise<Section> {
  const faults: string[] = [];
  let tried = 0;
  for (const recording of recordings) {
    for (const name of namesIn(recording, form)) {
      tried += 1;
      await tryLink(recording, name, root).catch((error: unknown) => {
        faults.push(`${recording.name}, a link at ${name}: ${String(error)}`);
      });
    }
  }
  return { name: "links in the way", figures: [["links", String(tried)]], faults };
}
