/**
 * A disk that tells what was asked of it from what it has promised to keep: by POSIX a file's bytes
 * last once the file was synced, and a name once its directory was.
 * https://pubs.opengroup.org/onlinepubs/9799919799/functions/fsync.html
 */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

export type Kind = "file" | "directory" | "link";

/** A file as it may be found. Nobody writes to its bytes; of a link they are where it leads. */
export interface Entry {
  kind: Kind;
  mode: number;
  bytes: Buffer;
}

/** What is below a directory, by paths in it; a directory comes before what is in it. */
export type Tree = Map<string, Entry>;

const NOTHING = Buffer.alloc(0);

/** An index of SQLite that lives in memory that is mapped, and is made anew after a crash. */
const isIndex = (name: string): boolean => name.endsWith("-shm");

export function readTree(root: string): Tree {
  const tree: Tree = new Map();
  const read = (below: string): void => {
    for (const name of readdirSync(join(root, below)).filter((name) => !isIndex(name))) {
      const path = join(below, name);
      const found = lstatSync(join(root, path));
      const mode = found.mode & 0o777;
      if (found.isDirectory()) {
        tree.set(path, { kind: "directory", mode, bytes: NOTHING });
        read(path);
      } else if (found.isSymbolicLink()) {
        tree.set(path, { kind: "link", mode, bytes: Buffer.from(readlinkSync(join(root, path))) });
      } else tree.set(path, { kind: "file", mode, bytes: readFileSync(join(root, path)) });
    }
  };
  read("");
  return tree;
}

/** Makes a directory be exactly this. */
export function writeTree(tree: Tree, root: string): void {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  for (const [path, { kind, mode, bytes }] of tree) {
    const target = join(root, path);
    if (kind === "link") symlinkSync(bytes.toString(), target);
    else if (kind === "directory") mkdirSync(target);
    else writeFileSync(target, bytes);
    if (kind !== "link") chmodSync(target, mode);
  }
}

interface Node {
  kind: Kind;
  mode: number;
  /** As programs see it. */
  now: Buffer;
  /** As it is after the power went. */
  safe: Buffer;
}

/** By the node of a directory, what its names stand for. */
type Names = Map<number, Map<string, number>>;

/** Names that change together or not at all: that is what a journal of the disk is for. */
export interface Renaming {
  changes: { directory: number; name: string; node: number | null }[];
}
interface Pending extends Renaming {
  /** Directories that have not been synced since. */
  waiting: Set<number>;
}

const apply = (names: Names, { changes }: Renaming): void => {
  for (const { directory, name, node } of changes) {
    const inIt = names.get(directory) ?? new Map<string, number>();
    names.set(directory, inIt);
    if (node === null) inIt.delete(name);
    else inIt.set(name, node);
  }
};

const copyOf = (names: Names): Names =>
  new Map([...names].map(([directory, inIt]) => [directory, new Map(inIt)]));

/** @returns what a write makes of these bytes; they stay as they are */
export const written = (before: Buffer, bytes: Buffer, offset: number): Buffer => {
  const after = Buffer.alloc(Math.max(before.length, offset + bytes.length));
  before.copy(after);
  bytes.copy(after, offset);
  return after;
};

const resized = (before: Buffer, size: number): Buffer => {
  const after = Buffer.alloc(size);
  before.copy(after);
  return after;
};

const TOP = 0;

export class Disk {
  readonly #nodes: Node[] = [{ kind: "directory", mode: 0o700, now: NOTHING, safe: NOTHING }];
  readonly #now: Names = new Map([[TOP, new Map()]]);
  #safe: Names;
  #pending: Pending[] = [];

  /** @param tree safely stored */
  constructor(tree: Tree) {
    for (const [path, { kind, mode, bytes }] of tree) {
      this.#nodes.push({ kind, mode, now: bytes, safe: bytes });
      apply(this.#now, { changes: [this.#place(path, this.#nodes.length - 1)] });
    }
    this.#safe = copyOf(this.#now);
  }

  /** The node of a path, or null where there is none. Links are not followed. */
  find(path: string): number | null {
    let node: number | undefined = TOP;
    for (const name of path.split("/").filter((part) => part !== "")) {
      node = this.#now.get(node)?.get(name);
      if (node === undefined) return null;
    }
    return node;
  }

  bytesOf(node: number): Buffer {
    return this.#node(node).now;
  }

  create(path: string, kind: Kind, mode: number, bytes: Buffer = NOTHING): number {
    const node = this.#nodes.push({ kind, mode, now: bytes, safe: bytes }) - 1;
    this.#change([this.#place(path, node)]);
    return node;
  }

  link(from: string, to: string): void {
    this.#change([this.#place(to, this.#existing(from))]);
  }

  remove(path: string): void {
    this.#change([this.#place(path, null)]);
  }

  rename(from: string, to: string): void {
    this.#change([this.#place(from, null), this.#place(to, this.#existing(from))]);
  }

  write(node: number, bytes: Buffer, offset: number): void {
    const file = this.#node(node);
    file.now = written(file.now, bytes, offset);
  }

  truncate(node: number, size: number): void {
    const file = this.#node(node);
    file.now = resized(file.now, size);
  }

  setMode(node: number, mode: number): void {
    this.#node(node).mode = mode;
  }

  sync(node: number): void {
    const file = this.#node(node);
    file.safe = file.now;
    if (file.kind !== "directory") return;
    for (const { waiting } of this.#pending) waiting.delete(node);
    // A journal keeps the order in which one directory was changed.
    const held = new Set<number>();
    this.#pending = this.#pending.filter((pending) => {
      const directories = pending.changes.map(({ directory }) => directory);
      if (pending.waiting.size === 0 && !directories.some((one) => held.has(one))) {
        apply(this.#safe, pending);
        return false;
      }
      for (const one of directories) held.add(one);
      return true;
    });
  }

  /** What there is when the program is killed. */
  asSeen(): Tree {
    return this.#tree(this.#now, ({ now }) => now);
  }

  /** What there is when the power goes, and nothing lasts that did not have to. */
  asPromised(): Tree {
    return this.#tree(this.#safe, ({ safe }) => safe);
  }

  /** The names last, and the bytes do not. */
  withNamesOnly(): Tree {
    return this.#tree(this.#now, ({ safe }) => safe);
  }

  /** The bytes last, and the names do not. */
  withBytesOnly(): Tree {
    return this.#tree(this.#safe, ({ now }) => now);
  }

  /** Of all that did not have to last, the last change of a name does. */
  withLastName(): Tree {
    const names = copyOf(this.#safe);
    const last = this.#pending.at(-1);
    if (last) apply(names, last);
    return this.#tree(names, ({ safe }) => safe);
  }

  /** Of all that did not have to last, one write does. */
  withWrite(node: number, bytes: Buffer, offset: number): Tree {
    const file = this.#node(node);
    const alone = written(file.safe, bytes, offset);
    return this.#tree(this.#safe, (one) => (one === file ? alone : one.safe));
  }

  /** The program is killed in the middle of a write. */
  withTornWrite(node: number, bytes: Buffer, offset: number): Tree {
    const file = this.#node(node);
    const torn = written(file.now, bytes.subarray(0, bytes.length >> 1), offset);
    return this.#tree(this.#now, (one) => (one === file ? torn : one.now));
  }

  #node(node: number): Node {
    const found = this.#nodes[node];
    if (!found) throw new Error(`there is no node ${node}`);
    return found;
  }

  #existing(path: string): number {
    const node = this.find(path);
    if (node === null) throw new Error(`${path} is not there`);
    return node;
  }

  #place(path: string, node: number | null) {
    const at = path.lastIndexOf("/");
    const directory = this.#existing(at < 0 ? "" : path.slice(0, at));
    return { directory, name: path.slice(at + 1), node };
  }

  #change(changes: Renaming["changes"]): void {
    apply(this.#now, { changes });
    this.#pending.push({ changes, waiting: new Set(changes.map(({ directory }) => directory)) });
  }

  #tree(names: Names, bytesOf: (node: Node) => Buffer): Tree {
    const tree: Tree = new Map();
    const walk = (directory: number, below: string): void => {
      for (const [name, at] of names.get(directory) ?? []) {
        if (isIndex(name)) continue;
        const node = this.#node(at);
        const path = below === "" ? name : `${below}/${name}`;
        tree.set(path, { kind: node.kind, mode: node.mode, bytes: bytesOf(node) });
        if (node.kind === "directory") walk(at, path);
      }
    };
    walk(TOP, "");
    return tree;
  }
}
