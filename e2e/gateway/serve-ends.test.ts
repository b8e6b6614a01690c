/** Every way in which `serve` ends: none leaves a process of a server, and it says what it ended. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway } from "@local-mcp/gateway";
import { describe, expect, test, type TestContext } from "vitest";
import { CLI, pause } from "../command-line.ts";
import { LEDGER_VARIABLE, readLedger } from "../fixtures/ledger.ts";
import { runs } from "../leaks/proc.ts";
import { fixture, hostile, until } from "./test-gateway.ts";

/** What it says of the servers below. */
const SAID = "Stopped. Ended 3 servers (5 processes). Had to be killed: ";

/**
 * Serves an ordinary server, one that ignores whatever asks it to end, with a child, and one that
 * leaves a daemon. `left` tells of the four processes that are not the ordinary one.
 *
 * @param start what to start, given the words of the command
 */
async function serve(
  { onTestFinished }: TestContext,
  start: (words: string[]) => string[] = (words) => words,
) {
  const root = mkdtempSync(join(tmpdir(), "serve-ends-"));
  const dataDir = join(root, "data");
  const ledger = join(root, "ledger");
  writeFileSync(ledger, "");
  const left = () => readLedger(ledger).filter(runs);
  const servers = {
    ordinary: fixture("--tools", "echo"),
    stubborn: hostile("ignores-eof", join(root, "child")),
    leaver: hostile("daemon"),
  };
  const gateway = await createGateway({ dataDir, kind: "cli", env: { HOME: root } });
  const env = { [LEDGER_VARIABLE]: { value: ledger, plain: true } };
  for (const [name, config] of Object.entries(servers))
    await gateway.api.servers.create({ name, config: { ...config, env }, confirmed: true });
  await gateway.close();

  const words = [process.execPath, CLI, "serve", "--port", "0", "--data-dir", dataDir];
  const [program = "", ...args] = start(words);
  const child = spawn(program, args, {
    env: { PATH: process.env["PATH"], HOME: root },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit").then(([code, signal]): unknown => code ?? signal);
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (bytes: Buffer) => (said.stdout += bytes.toString("utf8")));
  child.stderr.on("data", (bytes: Buffer) => (said.stderr += bytes.toString("utf8")));
  onTestFinished(() => {
    child.kill("SIGKILL");
    for (const { pid } of left()) process.kill(pid, "SIGKILL");
    rmSync(root, { recursive: true, force: true });
  });
  await until(
    () => said.stdout,
    (text) => text.includes("\n"),
  );
  await until(left, (all) => all.length === 4);
  return { child, root, ended, said, left };
}

describe("serve ends", { timeout: 60_000 }, () => {
  test("by a signal, with all of its servers, and says so", async (context) => {
    const { child, ended, said, left } = await serve(context);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(left()).toEqual([]);
    const [last = ""] = said.stderr.trimEnd().split("\n").slice(-1);
    expect(last).toContain(SAID);
    expect(last.slice(SAID.length, -1).split(", ").sort()).toEqual(["leaver", "stubborn"]);
  });

  test("with its terminal", async (context) => {
    const { child, root, left } = await serve(context, (words) => [
      "script",
      "-qfec",
      words.join(" "),
      "/dev/null",
    ]);
    child.kill("SIGKILL");
    await until(left, (all) => all.length === 0);
    // Only a gateway that was not simply killed takes away where it was to be found.
    expect(existsSync(join(root, "data", "runtime.json"))).toBe(false);
  });
});

describe.concurrent("serve is ended", { timeout: 60_000 }, () => {
  test("at once where it is asked again, and its watcher ends the rest", async (context) => {
    const { child, ended, said, left } = await serve(context);
    child.kill("SIGINT");
    await pause(600);
    expect(left()).not.toEqual([]);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(said.stderr).not.toContain("Stopped");
    await until(left, (all) => all.length === 0);
  });

  test("after five seconds where it cannot close, and its watcher ends the rest", async (context) => {
    const { child, ended, left } = await serve(context, ([node = "", ...words]) => [
      node,
      "--import",
      "data:text/javascript,import { Server } from 'node:http'; Server.prototype.close = () => {};",
      ...words,
    ]);
    child.kill("SIGTERM");
    expect(await ended).toBe(130);
    await until(left, (all) => all.length === 0);
  });
});
