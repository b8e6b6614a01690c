/** Every operation ended at every call that it makes, and the gateway started over what that leaves. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Form, Section } from "../leaks/section.ts";
import { check, type Found, promisesOf } from "./check.ts";
import { readTree, type Tree, writeTree } from "./disk.ts";
import { type Crash, replay, type Target } from "./replay.ts";
import { bundleOperation, lineOf, programEnvironment } from "./program.ts";
import { makeDirectory } from "./stage.ts";
import { DATABASE, stateOf } from "./state.ts";
import { record } from "./trace.ts";
import { readWords, type Word } from "./words.ts";

/** Of each operation in the short form: crashes at writes by which SQLite fills its files. */
const SHORT_PAGES = 12;
/** How many states are kept of each operation, for somebody to look at. */
const KEPT = 5;

/** An operation as it was taken down. */
export interface Recording {
  name: string;
  /** As the program knows it. */
  operation: string;
  start: Tree;
  /** In the order in which they came about. */
  crashes: Crash[];
  words: Word[];
  /** Bytes that were ever written, by the file that they were written to. */
  writes: { path: string; bytes: Buffer }[];
  targets: Target[];
  /** What it left when nothing went wrong. */
  end: Tree;
}

/** What a file was called before. */
const ids = new WeakMap<Buffer, number>();
let known = 0;
const idOf = (bytes: Buffer): number => {
  const id = ids.get(bytes) ?? (known += 1);
  ids.set(bytes, id);
  return id;
};

/** Two crashes that leave the same files, and the same promises, are one. */
const nameOf = ({ tree, said }: Crash): string =>
  [
    said.length,
    ...[...tree].map(([path, { mode, bytes }]) => `${path} ${mode} ${idOf(bytes)}`).toSorted(),
  ].join("\n");

function distinct(crashes: Iterable<Crash>): Crash[] {
  const found = new Map<string, Crash>();
  for (const crash of crashes) {
    const name = nameOf(crash);
    if (!found.has(name)) found.set(name, crash);
  }
  return [...found.values()];
}

/** Every so many-th, so that no more than `count` are left. */
const some = <One>(all: readonly One[], count: number): One[] =>
  all.filter((_, index) => index % Math.ceil(all.length / count) === 0);

const chosen = (crashes: Crash[], form: Form): Crash[] =>
  form === "full"
    ? crashes
    : [
        ...crashes.filter(({ isPage }) => !isPage),
        ...some(
          crashes.filter(({ isPage }) => isPage),
          SHORT_PAGES,
        ),
      ];

/** What somebody who begins an operation knows. */
interface Start {
  tree: Tree;
  /** What was told last; read from the database where nothing was. */
  before?: Word | undefined;
}

async function take(
  name: string,
  operation: string,
  { tree, before }: Start,
  root: string,
): Promise<Recording> {
  const directory = join(root, "recorded");
  writeTree(tree, directory);
  const first = before ?? { what: "state", ...stateOf(join(directory, DATABASE)) };
  // To look at a database may fold its log into it.
  const begun = readTree(directory);
  const line = lineOf(operation, directory);
  const calls = await record(line, join(root, "calls.log"), programEnvironment(directory));
  const { crashes, writes, targets } = replay(directory, begun, calls);
  const all = distinct(crashes);
  const end = readTree(directory);
  const words: Word[] = [first, ...readWords(all.at(-1)?.said ?? [])];
  return { name, operation, start: begun, crashes: all, words, writes, targets, end };
}

/** A crash of a restore, and what had been told by then. */
function crashAt({ crashes, words }: Recording, call: RegExp): Required<Start> {
  const crash = crashes.find((one) => call.test(one.call) && one.ending === "killed after it");
  const before = crash && words[crash.said.length];
  if (!before) throw new Error(`the restore makes no call like ${String(call)}`);
  return { tree: crash.tree, before };
}

const DECIDED = /^rename restore\.json\.tmp restore\.json$/;
const ASIDE = /^rename local-mcp-gateway\.db previous/;
const STAGED = /^restore\/[^/]+\/local-mcp-gateway\.db$/;

/** The disk has damaged what a restore was about to put in place. */
const withStageDamaged = ({ tree, before }: Required<Start>): Start => ({
  tree: new Map(
    [...tree].map(([path, entry]) => {
      const bytes = STAGED.test(path) ? entry.bytes.map((byte) => byte ^ 1) : entry.bytes;
      return [path, { ...entry, bytes: Buffer.from(bytes) }];
    }),
  ),
  before,
});

/** Which of the states that an operation tells of is which. */
const TOLD = { atStart: 1, before: 2, after: 3 };

const contentOf = ({ words }: Recording, state: keyof typeof TOLD): string | undefined =>
  words.flatMap((word) => (word.what === "state" ? word : []))[TOLD[state]]?.content;

/** What an operation tells of is believed from here on: it has to be what it is for. */
function expecting(
  recording: Recording,
  state: keyof typeof TOLD,
  content: string | undefined,
): Recording {
  if (contentOf(recording, state) === content) return recording;
  throw new Error(`${recording.name} does not do what it is for, when nothing goes wrong`);
}

/** The operations, each taken down when it is asked for; one begins where another has ended. */
export async function operationsIn(
  root: string,
): Promise<{ name: string; recorded: () => Promise<Recording> }[]> {
  await bundleOperation();
  const staged = join(root, "staged");
  const { content: saved } = await makeDirectory(staged);
  const tree = readTree(staged);
  let restore: Promise<Recording> | null = null;
  const restored = (): Promise<Recording> => (restore ??= restoring("a restore", "restore"));
  const restoring = async (name: string, operation: string): Promise<Recording> =>
    expecting(await take(name, operation, { tree }, root), "after", saved);
  return [
    {
      name: "a backup",
      async recorded() {
        const create = await take("a backup", "create", { tree }, root);
        return expecting(create, "after", contentOf(create, "before"));
      },
    },
    { name: "a restore", recorded: restored },
    {
      name: "a restore beside a reader",
      recorded: () => restoring("a restore beside a reader", "restoreBesideReader"),
    },
    {
      name: "an undo",
      async recorded() {
        const restore = await restored();
        const undo = await take("an undo", "undo", { tree: restore.end }, root);
        return expecting(undo, "after", contentOf(restore, "before"));
      },
    },
    {
      name: "a start that goes on",
      async recorded() {
        const decided = crashAt(await restored(), DECIDED);
        const start = await take("a start that goes on", "start", decided, root);
        return expecting(start, "atStart", saved);
      },
    },
    {
      name: "a start that goes back",
      async recorded() {
        const restore = await restored();
        const halfway = withStageDamaged(crashAt(restore, ASIDE));
        const start = await take("a start that goes back", "start", halfway, root);
        return expecting(start, "atStart", contentOf(restore, "before"));
      },
    },
  ];
}

/** Where a state is kept that is not as it has to be. */
const keepCrash = (crash: Crash, name: string): string => {
  const kept = mkdtempSync(join(tmpdir(), `crash-${name.replaceAll(" ", "-")}-`));
  writeTree(crash.tree, kept);
  return kept;
};

/** @throws Error where others can read something at that moment */
function refuseExposed(tree: Tree): void {
  const exposed = [...tree].filter(([, { kind, mode }]) => kind !== "link" && (mode & 0o077) !== 0);
  if (exposed.length === 0) return;
  throw new Error(`others may read ${exposed.map(([path]) => path).join(", ")}`);
}

export async function judge(recording: Recording, form: Form, root: string): Promise<Section> {
  const { name, crashes, words } = recording;
  const directory = join(root, "state");
  const looked = chosen(crashes, form);
  const count: Record<Found, number> = { last: 0, next: 0 };
  const faults: string[] = [];
  for (const crash of looked) {
    writeTree(crash.tree, directory);
    try {
      refuseExposed(crash.tree);
      const told = crash.said.length + 1;
      const promises = promisesOf(words.slice(0, told), words.slice(told));
      count[await check(directory, promises)] += 1;
    } catch (error) {
      const where = `${crash.at} ${crash.call}, ${crash.ending}`;
      const kept = faults.length < KEPT ? ` (kept in ${keepCrash(crash, name)})` : "";
      faults.push(`${where}: ${String(error)}${kept}`);
    }
  }
  return {
    name,
    figures: [
      ["calls that change something", String(crashes.at(-1)?.at ?? 0)],
      ["states that a crash may leave", String(crashes.length)],
      ["of them looked at", String(looked.length)],
      ["as it was said last", String(count.last)],
      ["as it was about to be", String(count.next)],
    ],
    faults,
  };
}
