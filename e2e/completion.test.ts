import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLI } from "./command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "local-mcp-completion-"));
const dataDir = join(folder, "data");
const env = { PATH: `${folder}:${process.env["PATH"]}`, HOME: folder, TERM: "dumb" };

const run = (file: string, words: readonly string[]): string =>
  execFileSync(file, words, { env, cwd: folder, encoding: "utf8" });

const command = join(folder, "local-mcp-gateway");
const gateway = (...words: string[]): string => run(command, ["--data-dir", dataDir, ...words]);

beforeAll(() => {
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`, { mode: 0o755 });
  for (const shell of ["bash", "zsh", "fish"]) {
    writeFileSync(script(shell), run(command, ["completion", shell]));
  }
  gateway("servers", "add", "files", "--", "true");
  gateway("servers", "add", "forge", "--", "true");
  gateway("profiles", "create", "work", "--servers", "files");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = (shell: string): string => join(folder, `completion.${shell}`);

/** Presses the key behind these words; the last one is being typed. Resolves with what is offered. */
type Press = (words: readonly string[]) => string[];

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");

const bash: Press = (words) => {
  const press = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _local_mcp_gateway
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  return lines(run("bash", ["--norc", "-c", press, "-", script("bash"), ...words]));
};

/** The system of zsh that shows what it is offered stands aside: it needs a terminal. It offers what begins so. */
const zsh: Press = (words) => {
  const press = `compdef() {}; _files() { print -r -- FILES }; _describe() { print -rl -- "\${(@P)2}" }
    file=$1; source $file; shift; words=("$@"); CURRENT=$#; _local_mcp_gateway || true`;
  const shown = lines(run("zsh", ["-f", "-c", press, "-", script("zsh"), ...words]));
  return shown
    .map((line) => line.replace(/(?<!\\):.*$/, "").replaceAll("\\:", ":"))
    .filter((word) => word.startsWith(words.at(-1) ?? ""));
};

const fish: Press = (words) => {
  const press = 'source $argv[1]; complete -C "$argv[2]"';
  const shown = lines(run("fish", ["--no-config", "-c", press, script("fish"), words.join(" ")]));
  return shown.map((line) => line.replace(/\t.*$/, ""));
};

const isThere = (shell: string): boolean => spawnSync(shell, ["-c", "exit 0"]).error === undefined;

const SHELLS = [
  ["bash", bash],
  ["zsh", zsh],
  ["fish", fish],
] as const;

describe.each(SHELLS)("%s completes", (shell, press) => {
  const here = ["local-mcp-gateway", "--data-dir", dataDir];
  const cases: [what: string, words: string[], offered: string[]][] = [
    ["commands", ["serv"], ["serve", "servers"]],
    ["another word for a command", ["gat"], ["gateways"]],
    ["what is below it", ["gateways", "sig"], ["signin", "signout"]],
    ["options of a command", ["servers", "add", "x", "--tr"], ["--transport"]],
    ["options of every command", ["servers", "--data"], ["--data-dir"]],
    ["what an option may be", ["servers", "add", "--transport", ""], ["http", "sse"]],
    ["what an argument may be", ["logs", "level", "met"], ["metadata"]],
    ["names of servers", ["servers", "show", "fi"], ["files"]],
    ["one after the other", ["servers", "confirm", "files", "f"], ["files", "forge"]],
    ["names of profiles", ["profiles", "add-server", ""], ["work"]],
    ["servers of a profile", ["profiles", "add-server", "work", "fo"], ["forge"]],
    ["a profile as an option", ["bridge", "--profile", "w"], ["work"]],
    ["nothing where a new name is due", ["servers", "add", "fi"], []],
  ];
  test.skipIf(!isThere(shell)).each(cases)("%s", (_, words, offered) => {
    expect(press([...here, ...words]).toSorted()).toEqual(offered);
  });

  test.skipIf(!isThere(shell))("quietly where there is no gateway, and makes none", () => {
    const none = join(folder, "none");
    expect(press(["local-mcp-gateway", "--data-dir", none, "servers", "show", ""])).toEqual([]);
    expect(existsSync(none)).toBe(false);
    expect(readdirSync(folder)).not.toContain(".local-mcp-gateway-data");
  });
});

test("a name is never run as a command", () => {
  const trap = join(folder, "trap");
  expect(
    bash(["local-mcp-gateway", "--data-dir", `$(touch ${trap})`, "servers", "show", ""]),
  ).toEqual([]);
  expect(existsSync(trap)).toBe(false);
});

test("bash takes what it reads for a whole script, and fits a shell of 2007", () => {
  expect(run("bash", ["-n", script("bash")])).toBe("");
  expect(run("cat", [script("bash")])).not.toMatch(/mapfile|compopt|declare -A|\$\{\w+,,\}/);
});
