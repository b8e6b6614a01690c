import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askLoginShell, type LoginShell } from "./login-shell.ts";

/** Long enough for the slowest machine: no test here is meant to reach it. */
const PATIENT_MS = 60_000;
/** Short, for what never answers. */
const IMPATIENT_MS = 500;

/** Shells with the file that each reads, and how it exports a variable. */
const SHELLS = [
  {
    shell: "/bin/bash",
    file: ".bash_profile",
    set: (k: string, v: string) => `export ${k}="${v}"`,
  },
  { shell: "/bin/zsh", file: ".zshrc", set: (k: string, v: string) => `export ${k}="${v}"` },
  {
    shell: "/usr/bin/fish",
    file: ".config/fish/config.fish",
    set: (k: string, v: string) => `set -gx ${k} ${v.replaceAll(":", " ")}`,
  },
].filter(({ shell }) => existsSync(shell));

let home: string;
let asked: LoginShell | null = null;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "login-shell-"));
});
afterEach(async () => {
  await asked?.stop();
  asked = null;
  rmSync(home, { recursive: true, force: true });
});

const write = (file: string, lines: string[]): void => {
  const path = join(home, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${lines.join("\n")}\n`);
};

const ask = (shell: string, timeoutMs = PATIENT_MS) => {
  const env = { SHELL: shell, HOME: home, PATH: "/usr/bin:/bin", TERM: "dumb" };
  asked = askLoginShell({ env, timeoutMs });
  return asked.answer;
};

const isWritten = async (file: string): Promise<void> => {
  while (!existsSync(join(home, file)) || readFileSync(join(home, file), "utf8") === "") {
    await sleep(10);
  }
};

/** Whether the process whose id a start-up file wrote down is gone, or goes soon. */
const isGone = async (file: string): Promise<boolean> => {
  const pid = Number(readFileSync(join(home, file), "utf8").trim());
  expect(pid).toBeGreaterThan(1);
  for (let tries = 0; tries < 500; tries += 1) {
    if (!isRunning(pid)) return true;
    await sleep(20);
  }
  return false;
};
/** One that has ended and that nobody has asked about yet still has its id, on Linux as a zombie. */
const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch (error) {
    return process.platform !== "linux" && !String(error).includes("ESRCH");
  }
};

describe.each(SHELLS)("$shell", { timeout: PATIENT_MS }, ({ shell, file, set }) => {
  it("answers with what its start-up files export", async () => {
    write(file, [set("PATH", "/from/a/file:/usr/bin:/bin"), set("NVM_DIR", "/of/nvm")]);
    expect(await ask(shell)).toMatchObject({
      variables: { PATH: "/from/a/file:/usr/bin:/bin", NVM_DIR: "/of/nvm" },
    });
  });

  it("answers through whatever its start-up files print", async () => {
    write(file, [
      "printf 'Welcome!\\nPATH=/printed\\0PATH=/printed\\0'",
      "echo to the other stream >&2",
      "cat /bin/sh",
      set("PATH", "/from/a/file:/usr/bin:/bin"),
      "printf 'last words'",
    ]);
    expect(await ask(shell)).toMatchObject({
      variables: { PATH: "/from/a/file:/usr/bin:/bin" },
    });
  });

  it("is given nothing to read, and goes on", async () => {
    write(file, ["read answer", "cat", set("PATH", "/from/a/file:/usr/bin:/bin")]);
    expect(await ask(shell)).toMatchObject({
      variables: { PATH: "/from/a/file:/usr/bin:/bin" },
    });
  });

  it("that hangs leaves nothing when it is stopped", async () => {
    write(file, [`sh -c 'echo $PPID > ${home}/shell; echo $$ > ${home}/sleep; exec sleep 100'`]);
    const answer = ask(shell);
    await isWritten("sleep");
    await asked?.stop();
    expect(await answer).toEqual({ variables: null, problem: `${shell} was stopped.` });
    expect(await isGone("shell")).toBe(true);
    expect(await isGone("sleep")).toBe(true);
  });

  it("may start what outlives it and holds its output: that is ended", async () => {
    write(file, [
      `sh -c 'trap "" TERM HUP; echo $$ > ${home}/background; while test -e ${home}; do sleep 0.1; done' &`,
      set("PATH", "/from/a/file:/usr/bin:/bin"),
      // Until it runs.
      `sh -c 'until test -s ${home}/background; do sleep 0.01; done'`,
    ]);
    expect(await ask(shell)).toMatchObject({
      variables: { PATH: "/from/a/file:/usr/bin:/bin" },
    });
    await asked?.stop();
    expect(await isGone("background")).toBe(true);
  });
});

describe("asking a shell", { timeout: PATIENT_MS }, () => {
  it("goes past a file that leaves, or that makes every interactive shell another one", async () => {
    const set = 'export PATH="/from/a/file:/usr/bin:/bin"';
    for (const way of ["exit 3", "exec sh -c 'exit 3'"]) {
      write(".bash_profile", [`case $- in *i*) ${way};; esac`, set]);
      expect(await ask("/bin/bash")).toMatchObject({
        variables: { PATH: "/from/a/file:/usr/bin:/bin" },
        problem:
          "/bin/bash ended without an answer (exit code 3). So it was asked without its files for terminals.",
      });
    }
  });

  it.each([
    ["leaves", "exit 3", "ended without an answer (exit code 3)."],
    ["becomes another program", "exec true", "ended without an answer (exit code 0)."],
    ["is killed", "kill -9 $$", "ended without an answer (signal SIGKILL)."],
  ])("tells of a shell that always %s", async (_, line, problem) => {
    write(".bash_profile", [line]);
    expect(await ask("/bin/bash")).toEqual({ variables: null, problem: `/bin/bash ${problem}` });
  });

  it("does not keep what is printed without end", async () => {
    write(".bash_profile", ["cat /dev/zero"]);
    const problem = "The start-up files of /bin/bash print too much.";
    expect(await ask("/bin/bash")).toEqual({ variables: null, problem });
  });

  it("is not misled by a shell that prints each command before it runs", async () => {
    const show = `trap 'echo "$BASH_COMMAND"' DEBUG; set -v; set -x`;
    write(".bash_profile", ['export PATH="/from/a/file:/usr/bin:/bin"', show]);
    expect(await ask("/bin/bash")).toMatchObject({
      variables: { PATH: "/from/a/file:/usr/bin:/bin" },
    });
  });

  it("keeps values of more than one line and in any script whole", async () => {
    write(".bash_profile", [`export LINES_OF_IT=$'one\\nPATH=/two'`, "export NAME='Zoë 日本'"]);
    expect(await ask("/bin/bash")).toMatchObject({
      variables: { LINES_OF_IT: "one\nPATH=/two", NAME: "Zoë 日本" },
    });
  });

  it("that cannot be started, or is none, is a sentence", async () => {
    const missing = join(home, "no-shell");
    const problem = `${missing} cannot be started: ENOENT.`;
    expect(await ask(missing)).toEqual({ variables: null, problem });
    expect(await ask("/bin/false")).toMatchObject({ variables: null });
  });

  it("is given up after its time", async () => {
    write(".bash_profile", ["sleep 100"]);
    expect(await ask("/bin/bash", IMPATIENT_MS)).toEqual({
      variables: null,
      problem:
        "/bin/bash did not answer within 1 s; its start-up files may be waiting for something.",
    });
  });
});
