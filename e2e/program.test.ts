import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text as textOf } from "node:stream/consumers";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setImmediate as turn } from "node:timers/promises";
import { openSqlite } from "@local-mcp/database";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FIXTURE, Place } from "../packages/cli/src/test-kit.ts";
import { CLI } from "./command-line.ts";

let place: Place;
const children: ChildProcess[] = [];
beforeEach(() => {
  place = new Place();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  place.remove();
});

const start = (words: string[], env: NodeJS.ProcessEnv = {}) => {
  const child = spawn(process.execPath, [CLI, "--data-dir", place.dataDir, ...words], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  children.push(child);
  const exit = once(child, "exit").then(([code, signal]) => code ?? signal);
  return { child, exit };
};

const serving = async () => {
  const { child, exit } = start(["serve", "--port", "0"]);
  const err = textOf(child.stderr);
  const failed = exit.then(async () => {
    throw new Error(await err);
  });
  failed.catch(() => {});
  const [line] = await Promise.race([once(createInterface(child.stdout), "line"), failed]);
  return { child, exit, ready: JSON.parse(String(line)) };
};

const initialize = `${JSON.stringify({
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "test", version: "1" },
  },
})}\n`;

describe("the program", { timeout: 30_000 }, () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("serve ends with 0 on %s", async (signal) => {
    const { child, exit, ready } = await serving();
    expect(ready).toMatchObject({ event: "ready", pid: child.pid, dataDir: place.dataDir });
    child.kill(signal);
    // A terminal and a program between may both hand it on.
    child.kill(signal);
    expect(await exit).toBe(0);
    expect(await place.json(["status"])).toMatchObject({ state: "not_serving" });
  });

  test("an interrupted command ends with 130 and leaves the directory free", async () => {
    const record = place.write("record", "");
    const variable = ["--env-plain", `FIXTURE_RECORD=${record}`];
    await place.run(["servers", "add", "one", ...variable, "--", ...FIXTURE, "--tools", "slow"]);
    await place.run(["profiles", "create", "dev", "--servers", "one"]);
    const { child, exit } = start(["tools", "call", "slow", "--arg", "ms=600000"]);
    const err = textOf(child.stderr);
    while (!readFileSync(record, "utf8").includes('"tools/call"')) await turn();
    child.kill("SIGINT");
    expect(await exit).toBe(130);
    expect(await err).toMatch(/^The request was cancelled\.\n/);
    expect((await place.run(["status"])).exit).toBe(0);
  });

  test("a reader that leaves is no error", async () => {
    const { child, exit } = start(["servers", "list"]);
    child.stdout.destroy();
    expect(await textOf(child.stderr)).toBe("");
    expect(await exit).toBe(0);
  });

  test("what opens the vault is derived with scrypt of 2^17, r = 8, p = 1", async () => {
    const env = { AUTH_ENCRYPTION_SECRET: "a secret of thirty characters." };
    const words = [
      "servers",
      "add",
      "one",
      "--header",
      "X-Key: 1a2b3c4d5e6f",
      "--url",
      "http://127.0.0.1:9",
    ];
    expect(await start(words, env).exit).toBe(0);
    const exported = start(["export"], env);
    const { format } = JSON.parse(await textOf(exported.child.stdout));
    expect(format.key).toMatchObject({ kdf: "scrypt", N: 2 ** 17, r: 8, p: 1 });
    const db = openSqlite(join(place.dataDir, "local-mcp-gateway.db"), { readonly: true });
    try {
      const params = db.prepare<[], string>("SELECT params FROM vault_keys").pluck().all();
      expect(params.map((one) => JSON.parse(one))).toMatchObject([
        { kdf: "scrypt", logN: 17, r: 8, p: 1 },
      ]);
    } finally {
      db.close();
    }
  });

  test("the bridge carries a conversation of its profile, and ends with its input", async () => {
    await place.run(["servers", "add", "one", "--", ...FIXTURE, "--tools", "echo,add"]);
    await place.run(["profiles", "create", "dev", "--servers", "one"]);
    const gateway = await serving();
    const { child, exit } = start(["bridge", "--profile", "dev"]);
    child.stdin.write(initialize);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    /** The next one; a server that has just become ready says so in between. */
    const answer = async (): Promise<unknown> => {
      const message = JSON.parse(String((await lines.next()).value));
      return message.method === "notifications/tools/list_changed" ? answer() : message;
    };
    expect(await answer()).toMatchObject({ id: 0, result: { protocolVersion: "2025-11-25" } });
    child.stdin.write(`{"jsonrpc":"2.0","method":"notifications/initialized"}\n`);
    const call = { name: "add", arguments: { a: 20, b: 22 } };
    child.stdin.write(
      `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: call })}\n`,
    );
    expect(JSON.stringify(await answer())).toContain("42");
    expect(await place.json(["status"])).toMatchObject({ sessions: 1 });
    child.stdin.end();
    expect(await exit).toBe(0);
    expect(await place.json(["status"])).toMatchObject({ sessions: 0 });
    gateway.child.kill("SIGTERM");
    expect(await gateway.exit).toBe(0);
  });

  test("the bridge says what is wrong with its profile or token as an answer", async () => {
    await place.run(["profiles", "create", "dev"]);
    const gateway = await serving();
    const ask = async (words: string[], env: NodeJS.ProcessEnv = {}) => {
      const { child, exit } = start(["bridge", ...words], env);
      child.stdin.end(initialize);
      const out = await textOf(child.stdout);
      expect(await exit).toBe(0);
      return JSON.parse(out);
    };
    expect(await ask(["--profile", "none"])).toMatchObject({
      id: 0,
      error: { message: expect.stringContaining("There is no profile “none”.") },
    });
    expect(await ask(["--profile", "dev"], { LOCAL_MCP_TOKEN: "lmg_wrong" })).toMatchObject({
      id: 0,
      error: { message: expect.stringContaining("token") },
    });
    gateway.child.kill("SIGTERM");
    await gateway.exit;
  });
});
