import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Programs } from "./programs.ts";
import { foldersOf, wellKnownFolders } from "./search-path.ts";

let home: string;
let programs: Programs;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "programs-"));
  programs = new Programs();
});
afterEach(async () => {
  await programs.close();
  rmSync(home, { recursive: true, force: true });
});

const program = (folder: string, name: string, ...lines: string[]): string => {
  mkdirSync(join(home, folder), { recursive: true });
  const path = join(home, folder, name);
  writeFileSync(path, `#!/bin/sh\n${lines.join("\n")}\n`, { mode: 0o755 });
  return path;
};
const listed = async (name: string, ...folders: string[]) => {
  const PATH = [...folders.map((folder) => join(home, folder)), "/usr/bin", "/bin"].join(":");
  return (await programs.list({ PATH })).find((one) => one.name === name);
};

describe("programs", { timeout: 60_000 }, () => {
  it("are found in the order of PATH, with the others that it hides", async () => {
    const first = program("a", "docker", "echo 'Docker version 27.3.1, build ce12230'");
    const second = program("b", "docker", "echo 1.0");
    symlinkSync(join(home, "a"), join(home, "the-same"));
    expect(await listed("docker", "none", "a", "the-same", "b")).toEqual({
      name: "docker",
      path: first,
      version: "27.3.1",
      others: [second],
    });
    expect(await listed("docker")).toMatchObject({ path: expect.not.stringContaining(home) });
  });

  it("that are no file, or may not be run, are none", async () => {
    mkdirSync(join(home, "a", "uvx"), { recursive: true });
    mkdirSync(join(home, "b"));
    writeFileSync(join(home, "b", "uvx"), "text", { mode: 0o644 });
    const path = program("c", "uvx", "echo 'uvx 0.9.2 (abc 2026-01-01)'");
    expect(await listed("uvx", "a", "b", "c")).toEqual({
      name: "uvx",
      path,
      version: "0.9.2",
      others: [],
    });
  });

  it("are asked once for their version, until they are to be looked at anew", async () => {
    const count = join(home, "count");
    program("a", "npx", `echo asked >> ${count}`, "echo 10.1.0");
    const asked = () => readFileSync(count, "utf8").trim().split("\n").length;
    await listed("npx", "a");
    await listed("npx", "a");
    expect(asked()).toBe(1);
    programs.forget();
    expect(await listed("npx", "a")).toMatchObject({ version: "10.1.0" });
    expect(asked()).toBe(2);
  });

  it("that fail, say nothing or leave something behind have no version, or their own", async () => {
    program("a", "node", "exit 1");
    program("a", "npx", "sh -c 'echo $$ > $0.pid; exec sleep 100' $0 &", "echo 9.8.7");
    program("a", "uvx", "true");
    expect(await listed("node", "a")).toMatchObject({ version: null });
    expect(await listed("uvx", "a")).toMatchObject({ version: null });
    expect(await listed("npx", "a")).toMatchObject({ version: "9.8.7" });
    const pid = Number(readFileSync(join(home, "a", "npx.pid"), "utf8"));
    expect(() => process.kill(-pid, 0)).toThrow("ESRCH");
  });

  it("that hang are ended with the list", async () => {
    const started = join(home, "started");
    program("a", "npx", `touch ${started}`, "sleep 100");
    const list = listed("npx", "a");
    while (!existsSync(started)) await new Promise((resolve) => setTimeout(resolve, 5));
    await programs.close();
    expect(await list).toMatchObject({ version: null });
  });
});

describe("folders that PATH may lack", () => {
  const folder = (...parts: string[]): string => {
    const path = join(home, ...parts);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const ofHome = () => wellKnownFolders(home, {}).filter((path) => path.startsWith(home));

  it("are those that are there", () => {
    expect(ofHome()).toEqual([]);
    const local = folder(".local", "bin");
    const cargo = folder(".cargo", "bin");
    folder(".volta");
    writeFileSync(join(home, ".bun"), "a file");
    expect(ofHome()).toEqual([local, cargo]);
  });

  it("include the Node that nvm would choose", () => {
    const bin = (version: string) => folder(".nvm", "versions", "node", version, "bin");
    bin("v9.11.2");
    const old = bin("v20.18.1");
    const newest = bin("v22.14.0");
    expect(ofHome()).toEqual([newest]);
    folder(".nvm", "alias");
    const choose = (alias: string) =>
      writeFileSync(join(home, ".nvm", "alias", "default"), `${alias}\n`);
    for (const alias of ["20", "v20.18", "20.18.1"]) {
      choose(alias);
      expect(ofHome()).toEqual([old]);
    }
    for (const alias of ["2", "lts/*", "node", "18"]) {
      choose(alias);
      expect(ofHome()).toEqual([newest]);
    }
  });

  it("of a PATH are counted once, and empty ones not at all", () => {
    expect(foldersOf("/a::/b:/a:")).toEqual(["/a", "/b"]);
    expect(foldersOf(undefined)).toEqual([]);
  });
});
