import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createPromptQueries,
  createResourceQueries,
  createRootQueries,
  createToolQueries,
  openSqlite,
  type StoredServerConfig,
} from "@local-mcp/database";
import { afterEach, beforeEach, expect, test } from "vitest";
import { changesTo, commandsIn } from "./compare.ts";
import { Computer, someKey } from "./computer.fixture.ts";

let directory: string;
let then: Computer;
let now: Computer;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "lmg-compare-"));
  const key = someKey();
  const open = async (name: string): Promise<Computer> => {
    mkdirSync(join(directory, name));
    return Computer.open(join(directory, name), key);
  };
  [then, now] = [await open("then"), await open("now")];
});
afterEach(() => {
  then.close();
  now.close();
  rmSync(directory, { recursive: true });
});

const compared = () => {
  const [staged, live] = [then, now].map(({ path }) => openSqlite(path, { readonly: true }));
  if (!staged || !live) throw new Error("there are two");
  try {
    return {
      changes: changesTo(staged, live).map(({ kind, name, change }) => `${kind} ${name} ${change}`),
      commands: commandsIn(staged, live),
      onNothing: changesTo(staged, null).map(({ change }) => change),
    };
  } finally {
    staged.close();
    live.close();
  }
};

test("two states that are the same differ in nothing, whenever their rows were used", () => {
  for (const computer of [then, now]) {
    const server = computer.addServer("github");
    const profile = computer.addProfile("work");
    computer.profiles.replaceServers(profile, [server]);
    computer.addToken("ci");
    computer.settings.set("callTimeoutMs", 1000);
  }
  now.tokens.touch(new Map([["token-ci", 5]]));
  const { changes, onNothing } = compared();
  expect(changes).toEqual([]);
  expect(onNothing).toEqual(["added", "added", "added", "added"]);
});

test("what comes, what goes and what changes is named, of each kind", () => {
  for (const name of ["gone", "same", "renamed", "edited"]) then.addServer(name);
  for (const name of ["same", "renamed", "edited", "new"]) now.addServer(name);
  now.servers.update("server-renamed", { name: "another-name" });
  now.servers.update("server-edited", { enabled: false });
  then.signIn("server-same", "first");
  now.signIn("server-new", "second");
  for (const computer of [then, now]) computer.addProfile("work");
  now.profiles.replaceServers("profile-work", ["server-same"]);
  now.addProfile("play");
  for (const name of ["a", "b"]) then.addToken(name);
  now.addToken("b");
  now.addToken("c");
  then.settings.set("callTimeoutMs", 1000);
  now.settings.set("callTimeoutMs", 2000);
  now.settings.set("startTimeoutMs", 3000);
  expect(compared().changes.toSorted()).toEqual([
    "profile play removed",
    "profile work changed",
    "server edited changed",
    "server gone added",
    "server new removed",
    "server renamed changed",
    "setting callTimeoutMs changed",
    "setting startTimeoutMs removed",
    "sign_in new removed",
    "sign_in same added",
    "token a added",
    "token c removed",
  ]);
});

test("what the gateway defines itself is named too, by its content and not by its bytes", () => {
  const binaryContent = Buffer.from([0, 255]);
  for (const { db } of [then, now]) {
    createToolQueries(db).insert({
      id: "t",
      name: "weather",
      method: "GET",
      url: "https://api.test/",
      inputSchema: {},
    });
    createPromptQueries(db).insert({ id: "p", name: "hello", template: "Hello" });
    const resources = createResourceQueries(db);
    resources.insert({ id: "r1", uri: "notes://a", name: "a", textContent: "A" });
    resources.insert({ id: "r2", uri: "bytes://b", name: "b", binaryContent });
    createRootQueries(db).insert({ id: "f", uri: "file:///srv" });
  }
  expect(compared().changes).toEqual([]);
  createToolQueries(now.db).update("t", { enabled: false });
  createPromptQueries(now.db).update("p", { template: "Bye" });
  createResourceQueries(now.db).update("r2", { binaryContent: Buffer.from([1]) });
  createResourceQueries(now.db).delete("r1");
  createRootQueries(now.db).insert({ uri: "file:///home" });
  expect(compared().changes).toEqual([
    "tool weather changed",
    "prompt hello changed",
    "resource notes://a added",
    "resource bytes://b changed",
    "root file:///home removed",
  ]);
});

test("what was made anew under the same name is changed, not gone and come", () => {
  then.addServer("github");
  now.servers.insert({
    name: "github",
    title: "github",
    config: { transport: "http", url: "https://other.example", headers: {}, secrets: {} },
    connections: "shared",
  });
  for (const [computer, hash] of [
    [then, "one"],
    [now, "two"],
  ] as const) {
    computer.tokens.insert({ name: "twin", tokenHash: hash, hint: "abcd", rights: ["use"] });
  }
  now.tokens.insert({ name: "twin", tokenHash: "three", hint: "abcd", rights: ["use"] });
  const { changes } = compared();
  expect(changes).toEqual(["server github changed", "token twin changed", "token twin removed"]);
});

const command = (args: string[]): StoredServerConfig => ({
  transport: "stdio",
  command: "npx",
  args,
  cwd: null,
  env: { API_KEY: { secret: "s" }, MODE: { plain: "fast" } },
  secrets: {},
});

test("commands that start are named without a value, and those that nobody confirmed here are new", () => {
  const servers = [
    ["known", "hash-1", then],
    ["known-here-by-another-name", "hash-1", now],
    ["new", "hash-2", then],
    ["changed", "hash-3", then],
    ["changed", "hash-4", now],
    ["never-confirmed", null, then],
  ] as const;
  for (const [name, confirmedHash, computer] of servers) {
    const config = command(["--token", "${secret:token}", name]);
    computer.servers.insert({ name, title: name, config, connections: "shared", confirmedHash });
  }
  then.addServer("remote");
  const { commands } = compared();
  const env = ["API_KEY", "MODE"];
  expect(commands.toSorted((a, b) => (a.server < b.server ? -1 : 1))).toEqual(
    ["changed", "known", "new"].map((server) => ({
      server,
      command: "npx",
      args: ["--token", "${secret:token}", server],
      cwd: null,
      env,
      isNew: server !== "known",
    })),
  );
});

test("a command is shown with its folder and with the variables that decide what it runs", () => {
  then.servers.insert({
    name: "odd",
    title: "odd",
    config: {
      transport: "stdio",
      command: "node",
      args: ["server.js"],
      cwd: "/tmp/elsewhere",
      env: { NODE_OPTIONS: { plain: "--require ./more.js" }, TOKEN: { plain: "not shown" } },
      secrets: {},
    },
    connections: "shared",
    confirmedHash: "hash",
  });
  expect(compared().commands).toMatchObject([
    { cwd: "/tmp/elsewhere", env: ["NODE_OPTIONS=--require ./more.js", "TOKEN"] },
  ]);
});
