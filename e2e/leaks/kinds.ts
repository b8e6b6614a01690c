import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A way to start a server, and how that server behaves. */
export interface Kind {
  name: string;
  command: string;
  args: string[];
  cwd?: string;
  /** So many processes enter themselves in the ledger at a start. */
  entries: number;
  /** Whether it gets as far as being ready. */
  isReady: boolean;
  /** Whether its tool is called before it is turned off, which is what makes it misbehave. */
  isCalled: boolean;
}

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const NODE = process.execPath;
const HOSTILE = fixture("hostile-stdio.mjs");
const SHELL = "/bin/sh";
const PACKAGE = "leaks-server";

export const TINY: Pick<Kind, "command" | "args"> = {
  command: SHELL,
  args: [fixture("tiny-server.sh")],
};
/** The same, with a child that holds its pipes open when it has gone. */
export const TINY_HELD: Pick<Kind, "command" | "args"> = {
  command: SHELL,
  args: ["-c", `sleep 600 & exec ${[TINY.command, ...TINY.args].join(" ")}`],
};
export const HANGING: Pick<Kind, "command" | "args"> = { command: NODE, args: [HOSTILE, "hang"] };
export const STEADY: Pick<Kind, "command" | "args"> = {
  command: NODE,
  args: [fixture("stdio-server.mjs"), "--name", "steady"],
};
export const hostile = (...args: string[]): Pick<Kind, "command" | "args"> => ({
  command: NODE,
  args: [HOSTILE, ...args],
});

/**
 * Nothing tells whose its daemon is, unless somebody looked while the daemon's parent still lived: it
 * has left its group, its parent and its environment.
 */
export const UNSEEN: Kind = {
  name: "daemon-cleared",
  ...hostile("daemon-cleared"),
  entries: 2,
  isReady: true,
  isCalled: false,
};

/** So that a shell does not become the last command it runs. */
const inShell = (command: string): string[] => ["-c", `${command}; exit $?`];
const quoted = (parts: string[]): string =>
  parts.map((part) => `'${part.replaceAll("'", `'\\''`)}'`).join(" ");
const nested = (parts: string[], depth: number): string[] =>
  depth === 1 ? inShell(quoted(parts)) : inShell(quoted([SHELL, ...nested(parts, depth - 1)]));

/** A package with a program, installed in a folder, as `npx` finds one without a network. */
const installPackage = (folder: string): void => {
  const home = join(folder, "node_modules", PACKAGE);
  mkdirSync(join(folder, "node_modules", ".bin"), { recursive: true });
  mkdirSync(home);
  writeFileSync(join(folder, "package.json"), '{"name":"folder","private":true}\n');
  const manifest = { name: PACKAGE, version: "1.0.0", bin: { [PACKAGE]: "serve.mjs" } };
  writeFileSync(join(home, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(home, "serve.mjs"), `#!${NODE}\nawait import(${JSON.stringify(HOSTILE)});\n`);
  chmodSync(join(home, "serve.mjs"), 0o755);
  symlinkSync(`../${PACKAGE}/serve.mjs`, join(folder, "node_modules", ".bin", PACKAGE));
};

/**
 * @param folder a new one; `npx` runs there
 * @param names of those that are wanted; all where absent
 */
export const kindsIn = (folder: string, names?: string[]): Kind[] => {
  const all = allKinds(folder);
  const unknown = names?.filter((name) => !all.some((kind) => kind.name === name)) ?? [];
  if (unknown.length > 0) {
    const known = all.map(({ name }) => name).join(", ");
    throw new Error(`no server ${unknown.join(", ")}; there is ${known}`);
  }
  return all.filter(({ name }) => names?.includes(name) ?? true);
};

const allKinds = (folder: string): Kind[] => {
  installPackage(folder);
  const npx = (...args: string[]) => ({
    command: "npx",
    args: ["--no-install", "--offline", PACKAGE, ...args],
    cwd: folder,
  });
  const usual = { entries: 1, isReady: true, isCalled: false };
  const shellOf = ({ command, args }: { command: string; args: string[] }, depth: number) => ({
    command: SHELL,
    args: nested([command, ...args], depth),
  });
  return [
    { name: "well-behaved", ...usual, ...TINY, isCalled: true },
    { name: "sh", ...usual, ...shellOf(TINY, 1), isCalled: true },
    { name: "sh-four-deep", ...usual, ...shellOf(TINY, 4), isCalled: true },
    { name: "sh-ignores-eof", ...usual, ...shellOf(hostile("ignores-eof"), 1) },
    { name: "npx", ...usual, ...npx("nul"), isCalled: true },
    { name: "npx-ignores-eof", ...usual, ...npx("ignores-eof") },
    { name: "npx-tree", ...usual, ...npx("tree", "4"), entries: 5 },
    { name: "ignores-eof", ...usual, ...hostile("ignores-eof") },
    { name: "tree", ...usual, ...hostile("tree", "4"), entries: 5 },
    { name: "storm", ...usual, ...hostile("storm", "100"), entries: 102 },
    { name: "daemon", ...usual, ...hostile("daemon"), entries: 2 },
    { name: "daemon-exits", ...usual, ...hostile("daemon-exits"), entries: 2, isReady: false },
    { name: "holds-pipes", ...usual, ...hostile("holds-pipes"), entries: 2, isCalled: true },
    { name: "dies-mid-call", ...usual, ...hostile("dies-mid-call"), isCalled: true },
    { name: "dies-mid-answer", ...usual, ...hostile("dies-mid-call", "half"), isCalled: true },
    { name: "closes-stdout", ...usual, ...hostile("closes-stdout") },
    { name: "flood-messages", ...usual, ...hostile("flood-messages") },
    { name: "flood-garbage", ...usual, ...hostile("flood-garbage") },
    { name: "flood-stderr", ...usual, ...hostile("flood-stderr", "unbroken") },
    { name: "endless-line", ...usual, ...hostile("endless-line", "slow"), isReady: false },
    { name: "big-message", ...usual, ...hostile("huge", "64"), isCalled: true },
    { name: "hang", ...usual, ...HANGING, isReady: false },
    { name: "exit", ...usual, ...hostile("exit"), isReady: false },
  ];
};
