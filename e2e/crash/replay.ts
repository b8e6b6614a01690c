/** From the calls of a program, everything that a crash may leave of its files. */
import { isAbsolute, join, relative } from "node:path";
import { Disk, type Tree } from "./disk.ts";
import type { Call } from "./trace.ts";

/** How it ended at a call. */
export const ENDINGS = [
  "killed after it",
  "killed in the middle of it",
  "power lost, nothing kept that was not synced",
  "power lost, names kept",
  "power lost, bytes kept",
  "power lost, this alone kept",
] as const;
export type Ending = (typeof ENDINGS)[number];

export interface Crash {
  /** How many of the calls that change something were done, this one included. */
  at: number;
  /** The call, as people read it. */
  call: string;
  /** Whether it is one of very many by which SQLite fills its files. */
  isPage: boolean;
  ending: Ending;
  tree: Tree;
  /** Lines that the program had written to its output. */
  said: string[];
}

interface Open {
  node: number;
  path: string;
  offset: number;
  /** Writes go to the end, wherever that is. */
  appends: boolean;
}

/** What a call did: nothing that is of interest, or how it may end. */
type Effect = { text: string; isPage: boolean; isCut?: Tree; alone?: Tree } | null;

const DATABASE = /\.db(-wal|-journal)?$|^lock\.db/;

/** Follows the calls of one program on the files below a directory. */
class Follower {
  readonly disk: Disk;
  readonly said: string[] = [];
  /** Every run of bytes that was ever written to a file, with its path. */
  readonly writes: { path: string; bytes: Buffer }[] = [];
  readonly #root: string;
  readonly #open = new Map<number, Open>();

  constructor(root: string, tree: Tree) {
    this.#root = root;
    this.disk = new Disk(tree);
  }

  /** Which file a call is about; null where it is none that is watched. */
  where({ args: [first, second] }: Call): string | null {
    if (Buffer.isBuffer(first)) return this.#path(null, first);
    if (Buffer.isBuffer(second) && !this.#open.has(Number(first))) return this.#path(first, second);
    return this.#open.get(Number(first))?.path ?? null;
  }

  take(call: Call): Effect {
    const { name, args, result } = call;
    if (result < 0) return null;
    switch (name) {
      case "open":
      case "creat":
        return this.#opened(this.#path(null, args[0]), String(args[1]), args[2], result);
      case "openat":
        return this.#opened(this.#path(args[0], args[1]), String(args[2]), args[3], result);
      case "close":
        this.#open.delete(Number(args[0]));
        return null;
      case "dup":
      case "dup2":
      case "dup3":
        return this.#copied(Number(args[0]), result);
      case "fcntl":
        return String(args[1]).startsWith("F_DUPFD") ? this.#copied(Number(args[0]), result) : null;
      case "lseek":
        return this.#moved(Number(args[0]), result);
      case "write":
      case "writev":
        return this.#written(call, null);
      case "pwrite64":
        return this.#written(call, Number(args.at(-1)));
      case "pwritev":
      case "pwritev2":
        return this.#written(
          call,
          Number(args[name === "pwritev" ? args.length - 1 : args.length - 2]),
        );
      case "copy_file_range":
        return this.#copiedRange(call, [args[1], args[3]]);
      case "sendfile":
        return this.#sent(call);
      case "ftruncate":
        return this.#onFile(call, (open) => this.disk.truncate(open.node, Number(args[1])), true);
      case "fsync":
      case "fdatasync":
        return this.#onFile(call, (open) => this.disk.sync(open.node), false);
      case "fchmod":
        return this.#onFile(call, (open) => this.disk.setMode(open.node, modeOf(args[1])), false);
      default:
        return this.#named(call);
    }
  }

  /** Calls on names alone. */
  #named({ name, args }: Call): Effect {
    const { disk } = this;
    const at = name.endsWith("at") || name === "renameat2";
    const path = at ? this.#path(args[0], args[1]) : this.#path(null, args[0]);
    const second = at ? this.#path(args[2], args[3]) : this.#path(null, args[1]);
    const did = (run: () => void): Effect => {
      run();
      return {
        text: [name, path, second].filter((part) => part !== null).join(" "),
        isPage: false,
      };
    };
    switch (name) {
      case "rename":
      case "renameat":
      case "renameat2":
        if (path === null && second === null) return null;
        if (path === null || second === null) throw new Error(`${name} leaves the directory`);
        return did(() => disk.rename(path, second));
      case "link":
      case "linkat":
        if (path === null || second === null) return null;
        return did(() => disk.link(path, second));
      case "symlink":
      case "symlinkat": {
        const target = this.#path(at ? args[1] : null, args[at ? 2 : 1]);
        if (target === null) return null;
        return did(() => disk.create(target, "link", 0o777, bufferOf(args[0])));
      }
      case "unlink":
      case "unlinkat":
      case "rmdir":
        return path === null ? null : did(() => disk.remove(path));
      case "mkdir":
      case "mkdirat":
        if (path === null) return null;
        return did(() => disk.create(path, "directory", modeOf(args[at ? 2 : 1])));
      case "chmod":
      case "fchmodat": {
        const node = path === null ? null : disk.find(path);
        if (node === null) return null;
        return did(() => disk.setMode(node, modeOf(args[at ? 2 : 1])));
      }
      case "ioctl":
        return null;
      default:
        // A call that is not understood may not pass unseen.
        if (path !== null) throw new Error(`${name} is not followed`);
        return null;
    }
  }

  /** Below the directory that is watched, or null where it is elsewhere. */
  #path(
    directory: Buffer | string | null | undefined,
    given: Buffer | string | undefined,
  ): string | null {
    if (!Buffer.isBuffer(given)) return null;
    const path = given.toString();
    const from =
      typeof directory === "string" ? this.#open.get(Number(directory))?.path : undefined;
    const whole = isAbsolute(path) ? path : join(this.#root, from ?? "..", path);
    const below = relative(this.#root, whole);
    return below.startsWith("..") ? null : below;
  }

  #opened(
    path: string | null,
    flags: string,
    mode: Buffer | string | undefined,
    fd: number,
  ): Effect {
    this.#open.delete(fd);
    if (path === null) return null;
    const found = this.disk.find(path);
    const node = found ?? this.disk.create(path, "file", modeOf(mode));
    const appends = flags.includes("O_APPEND");
    this.#open.set(fd, { node, path, offset: 0, appends });
    const isEmptied = flags.includes("O_TRUNC") && this.disk.bytesOf(node).length > 0;
    if (isEmptied) this.disk.truncate(node, 0);
    if (found !== null && !isEmptied) return null;
    return { text: `${found === null ? "create" : "empty"} ${path}`, isPage: false };
  }

  #copied(from: number, to: number): null {
    const open = this.#open.get(from);
    if (open) this.#open.set(to, open);
    else this.#open.delete(to);
    return null;
  }

  #moved(fd: number, offset: number): null {
    const open = this.#open.get(fd);
    if (open) open.offset = offset;
    return null;
  }

  #onFile({ name, args }: Call, run: (open: Open) => void, mayBePage: boolean): Effect {
    const open = this.#open.get(Number(args[0]));
    if (!open) return null;
    run(open);
    return { text: `${name} ${open.path}`, isPage: mayBePage && DATABASE.test(open.path) };
  }

  #written({ args, result, name }: Call, offset: number | null): Effect {
    const bytes = Buffer.concat(args.filter((arg) => Buffer.isBuffer(arg))).subarray(0, result);
    if (args[0] === "1") {
      this.said.push(
        ...bytes
          .toString()
          .split("\n")
          .filter((line) => line !== ""),
      );
      return { text: `say ${bytes.toString().trim()}`, isPage: false };
    }
    const open = this.#open.get(Number(args[0]));
    return open ? this.#put(name, open, bytes, offset) : null;
  }

  #put(name: string, open: Open, bytes: Buffer, given: number | null): Effect {
    const { disk } = this;
    const end = open.appends ? disk.bytesOf(open.node).length : open.offset;
    const offset = given ?? end;
    if (given === null) open.offset = offset + bytes.length;
    this.writes.push({ path: open.path, bytes });
    const isCut = disk.withTornWrite(open.node, bytes, offset);
    const alone = disk.withWrite(open.node, bytes, offset);
    disk.write(open.node, bytes, offset);
    const text = `${name} ${open.path} ${bytes.length} at ${offset}`;
    return { text, isPage: DATABASE.test(open.path), isCut, alone };
  }

  #copiedRange({ name, args, result }: Call, [from, to]: (Buffer | string | undefined)[]): Effect {
    const [source, target] = [this.#open.get(Number(args[0])), this.#open.get(Number(args[2]))];
    if (!target) return null;
    if (!source) throw new Error(`${name} brings in a file from elsewhere`);
    const start = from === "NULL" ? source.offset : Number(from);
    const bytes = this.disk.bytesOf(source.node).subarray(start, start + result);
    if (from === "NULL") source.offset += result;
    return this.#put(name, target, bytes, to === "NULL" ? null : Number(to));
  }

  #sent({ name, args, result }: Call): Effect {
    const [target, source] = [this.#open.get(Number(args[0])), this.#open.get(Number(args[1]))];
    if (!target) return null;
    if (!source) throw new Error(`${name} brings in a file from elsewhere`);
    const start = args[2] === "NULL" ? source.offset : Number(args[2]);
    return this.#put(
      name,
      target,
      this.disk.bytesOf(source.node).subarray(start, start + result),
      null,
    );
  }
}

const bufferOf = (arg: Buffer | string | undefined): Buffer =>
  Buffer.isBuffer(arg) ? arg : Buffer.alloc(0);

/** Octal, as strace writes modes; the system takes away what the umask says. */
const modeOf = (arg: Buffer | string | undefined): number =>
  Number.parseInt(typeof arg === "string" ? arg : "0", 8) & 0o777 & ~0o022;

/** A call that can be made to fail, or to be the last one. */
export interface Target {
  /** As the system names it. */
  name: string;
  /** The file it is about, below the directory that is watched. */
  path: string;
  /** Of the calls of this name that its thread makes about that file, from 1. */
  nth: number;
  isPage: boolean;
  /** How many lines had been said before. */
  said: number;
}

/** All but the crashes is complete once they were gone through. */
export interface Replayed {
  crashes: Generator<Crash>;
  /** Everything that was ever written. */
  writes: { path: string; bytes: Buffer }[];
  /** Every call that changed something. */
  targets: Target[];
}

/**
 * @param root the directory that is watched, absolute, as the program saw it
 * @param start what was in it before the first call
 */
export function replay(root: string, start: Tree, calls: Call[]): Replayed {
  const follower = new Follower(root, start);
  const targets: Target[] = [];
  return { crashes: crashesOf(follower, calls, targets), writes: follower.writes, targets };
}

function* crashesOf(follower: Follower, calls: Call[], targets: Target[]): Generator<Crash> {
  const { disk } = follower;
  const counts = new Map<string, number>();
  let at = 0;
  for (const call of calls) {
    const before = [...follower.said];
    const path = follower.where(call);
    const kind = `${call.thread} ${call.name} ${path}`;
    const nth = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, nth);
    const effect = follower.take(call);
    if (!effect) continue;
    at += 1;
    if (path !== null) {
      const { name } = call;
      targets.push({ name, path, nth, isPage: effect.isPage, said: before.length });
    }
    const { text, isPage, isCut, alone } = effect;
    const as = (ending: Ending, tree: Tree, said = [...follower.said]): Crash => ({
      at,
      call: text,
      isPage,
      ending,
      tree,
      said,
    });
    if (isCut) yield as("killed in the middle of it", isCut, before);
    yield as("killed after it", disk.asSeen());
    yield as("power lost, nothing kept that was not synced", disk.asPromised());
    yield as("power lost, names kept", disk.withNamesOnly());
    yield as("power lost, bytes kept", disk.withBytesOnly());
    yield as("power lost, this alone kept", alone ?? disk.withLastName());
  }
}
