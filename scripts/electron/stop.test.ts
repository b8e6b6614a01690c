import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { isAlive } from "../../e2e/processes.ts";
import { runUntilStopped } from "./stop.ts";

const node = (code: string): { program: string; args: string[]; env: NodeJS.ProcessEnv } => ({
  program: process.execPath,
  args: ["-e", code],
  env: process.env,
});

test("what the program ends with is what is told", async () => {
  expect(await runUntilStopped(node("process.exit(7)"))).toBe(7);
  expect(await runUntilStopped(node("process.kill(process.pid, 'SIGKILL')"))).toBe(1);
});

test("a program that cannot be started is an error", async () => {
  const missing = { program: "/no/such/program", args: [], env: {} };
  await expect(runUntilStopped(missing)).rejects.toThrow("ENOENT");
});

const MODULE = JSON.stringify(new URL("stop.ts", import.meta.url).href);
/** Tells its id, and what asked it to end; ends with 3 then. */
const APP = `
  setInterval(() => {}, 1000);
  process.on("SIGTERM", () => process.exit(3));
  console.log(process.pid);
`;
/** A process that runs the app until it is asked to stop, as `npm start` does. */
const RUNNER = `
  const { runUntilStopped } = await import(${MODULE});
  const args = ["-e", ${JSON.stringify(APP)}];
  process.exitCode = await runUntilStopped({ program: process.execPath, args, env: process.env });
`;

const appOf = async (child: ChildProcess): Promise<number> => {
  if (!child.stdout) throw new Error("no pipe");
  const [line]: unknown[] = await once(createInterface(child.stdout), "line");
  const pid = Number(line);
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
  });
  return pid;
};

const pipes = { stdio: ["ignore", "pipe", "inherit"] } satisfies Parameters<typeof spawn>[2];

test.skipIf(process.platform === "win32").each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
  "%s ends the app, and its exit code is passed on",
  async (signal) => {
    const runner = spawn(process.execPath, ["--input-type=module", "-e", RUNNER], pipes);
    const app = await appOf(runner);
    runner.kill(signal);
    const [code]: unknown[] = await once(runner, "exit");
    expect(code).toBe(3);
    expect(isAlive(app)).toBe(false);
  },
);

test.skipIf(process.platform === "win32")(
  "the app ends with whoever started it",
  async () => {
    const shell = spawn(
      "/bin/sh",
      ["-c", '"$0" --input-type=module -e "$1"; true', process.execPath, RUNNER],
      pipes,
    );
    const app = await appOf(shell);
    shell.kill("SIGKILL");
    await expect.poll(() => isAlive(app), { timeout: 20_000 }).toBe(false);
  },
  30_000,
);
