/** What a program asks of the system about files, taken down by strace(1) in the order it was done. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { text } from "node:stream/consumers";

/** One call, also where it failed. */
export interface Call {
  /** As the system names it: https://man7.org/linux/man-pages/man2/syscalls.2.html */
  name: string;
  /** The thread; the first one is that of the program. */
  thread: number;
  /** Strings are bytes, numbers and names of constants are text. */
  args: (Buffer | string)[];
  /** What it returned; negative where it failed. */
  result: number;
}

/** Calls that change files or make a change last, and those that say what a descriptor stands for. */
const FILE_CALLS = [
  "open,openat,creat,close,dup,dup2,dup3,fcntl,lseek",
  "write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,fallocate",
  "copy_file_range,sendfile,ioctl,fsync,fdatasync,chmod,fchmod,fchmodat",
  "rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat",
  "link,linkat,symlink,symlinkat",
].join(",");

/** Longest string that is taken down, bytes; one that is longer makes the recording useless. */
const LONGEST = 8 * 1024 * 1024;

/** Stops at the calls that are asked for alone, which costs a tenth. */
export const QUICK = "--seccomp-bpf";

/** libuv's other way of asking for files goes past strace. */
const ENV = { UV_USE_IO_URING: "0" };

const unescaped = (text: string): Buffer => Buffer.from(text.replaceAll("\\x", ""), "hex");

/** Strings hold hexadecimal digits alone, so that a comma or a bracket is always strace's. */
function readArgs(text: string): (Buffer | string)[] {
  const args: (Buffer | string)[] = [];
  for (const [, quoted, cut, bare] of text.matchAll(
    /"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?|([^\s,"[\]{}]+)/g,
  )) {
    if (cut) throw new Error("a string of the recording is cut short");
    args.push(quoted === undefined ? (bare ?? "") : unescaped(quoted));
  }
  return args;
}

/** Null for what is no call. */
function readCall(thread: number, line: string): Call | null {
  const parts = /^(\w+)\((.*)\) += (-?\d+|\?)/.exec(line);
  const [, name = "", args = "", result = ""] = parts ?? [];
  if (!parts || result === "?") return null;
  return { name, thread, args: readArgs(args), result: Number(result) };
}

/** Puts together what strace tears apart where two threads are in a call at once. */
export function readTrace(log: string): Call[] {
  const begun = new Map<string, string>();
  return log.split("\n").flatMap((line) => {
    const [, thread = "", rest = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest.endsWith(" <unfinished ...>")) {
      begun.set(thread, rest.slice(0, -" <unfinished ...>".length));
      return [];
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const whole = resumed ? `${begun.get(thread) ?? ""}${resumed[1] ?? ""}` : rest;
    return readCall(Number(thread), whole) ?? [];
  });
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end under strace, with these options of it. */
export async function underStrace(
  options: string[],
  line: string[],
  env: NodeJS.ProcessEnv,
): Promise<Ended> {
  const child = spawn("strace", ["-f", ...options, ...line], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...env, ...ENV },
  });
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code, signal, stdout, stderr };
}

/**
 * Runs a program and takes down its calls.
 *
 * @param log a file to use meanwhile
 * @throws Error where it does not end well
 */
export async function record(line: string[], log: string, env: NodeJS.ProcessEnv): Promise<Call[]> {
  const options = [QUICK, "-xx", "-s", String(LONGEST), "-e", `trace=${FILE_CALLS}`, "-o", log];
  const { code, signal, stdout, stderr } = await underStrace(options, line, env);
  if (code !== 0)
    throw new Error(`what is recorded ended with ${code ?? signal}: ${stderr}${stdout}`);
  try {
    return readTrace(readFileSync(log, "latin1"));
  } finally {
    rmSync(log);
  }
}
