import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { WindowContract } from "@local-mcp/contract";
import { createGateway, openRecovery, pageUrl } from "@local-mcp/gateway";
import { createORPCClient, ORPCError } from "@orpc/client";
import { RPCLink } from "@orpc/client/message-port";
import type { ContractRouterClient } from "@orpc/contract";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AppLog } from "./app-log.ts";
import { createDesktopRouter, type Desktop } from "./desktop-api.ts";
import { createLine } from "./line.ts";
import { Recovery } from "./recovery.ts";
import { Startup } from "./startup.ts";
import { WindowCommands } from "./window-commands.ts";

let dataDir: string;
const endings: (() => unknown)[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "line-"));
});
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
  rmSync(dataDir, { recursive: true, force: true });
});

/** The real router over a real port, with a desktop that remembers what it was asked. */
const setUp = () => {
  const log = new AppLog({ now: () => 0, onFailure: () => {} });
  const startup = new Startup({
    open: () => createGateway({ dataDir, env: {}, settings: { port: 0 }, kind: "app" }),
    onReady: () => {},
    log,
  });
  endings.push(() => startup.close());
  const calls: unknown[] = [];
  const record =
    (name: string) =>
    (...args: unknown[]): void => {
      calls.push([name, ...args]);
    };
  const desktop: Desktop = {
    startup,
    recovery: new Recovery(() => openRecovery({ dataDir, env: {}, kind: "app" })),
    commands: new WindowCommands(),
    log,
    info: () => ({
      platform: "linux",
      version: "1",
      electron: "45",
      packaged: false,
      dataDir,
      tray: false,
    }),
    copyText: async (text) => record("copyText")(text),
    openExternal: async (url) => {
      if (pageUrl(url) === null) return false;
      record("openExternal")(url);
      return true;
    },
    openDataFolder: record("openDataFolder"),
    chooseDirectory: async () => "/chosen",
    chooseFile: async () => null,
    chooseServersFile: async () => ({ name: "a.json", text: "{}" }),
    saveAudit: async (filter) => {
      record("saveAudit")(filter);
      return { name: "audit.jsonl", entries: 1 };
    },
    saveLogs: async function* () {
      yield { rows: 1, name: "debug-logs.jsonl" };
    },
    saveExport: async () => null,
    showExport: record("showExport"),
    chooseBackup: async () => ({ backup: "upload-1", name: "old.age" }),
    saveBackup: async () => null,
    showBackup: async (backup) => record("showBackup")(backup),
    saveRecoverySheet: async () => null,
    startAgainWith: record("startAgainWith"),
    copyDiagnostics: async () => record("copyDiagnostics")(),
    setTitle: record("setTitle"),
    showRunning: async () => false,
    quit: record("quit"),
  };
  const onAnswer = vi.fn<() => void>();
  const serve = createLine({
    desktop: createDesktopRouter(desktop),
    gateway: () => startup.gateway(),
    onAnswer,
    log,
  });
  const connect = () => {
    const { port1, port2 } = new MessageChannel();
    serve(inMain(port1));
    port2.start();
    endings.push(() => port2.close());
    const client: ContractRouterClient<WindowContract> = createORPCClient(
      new RPCLink({ port: port2 }),
    );
    const disconnect = async (): Promise<void> => {
      port2.close();
      await once(port1, "close");
    };
    return { client, disconnect };
  };
  return { startup, desktop, calls, onAnswer, connect };
};

/** A port as the main process has it: what arrives is in an event. */
const inMain = (port: MessagePort) => ({
  postMessage: (message: unknown) => port.postMessage(message),
  on: (event: string, listener: (event?: { data: unknown }) => void) => {
    port.on(event, (data: unknown) => listener({ data }));
  },
});

const nextOf = async <T>(events: AsyncIterator<T, unknown>): Promise<T> => {
  const { done, value } = await events.next();
  return done ? expect.unreachable("the stream has ended") : value;
};

test("the desktop answers at once, the gateway as soon as it is there", async () => {
  const { startup, onAnswer, connect } = setUp();
  const { client } = connect();
  const first = startup.start();
  const status = client.status.get();
  expect((await client.desktop.info()).dataDir).toBe(dataDir);
  expect(onAnswer).toHaveBeenCalled();
  expect((await status).dataDir).toBe(dataDir);
  await first;
  await client.profiles.create({ slug: "dev" });
  expect((await client.profiles.list()).map(({ slug }) => slug)).toContain("dev");
});

test("a gateway that could not start answers with the reason, and with itself once it is there", async () => {
  const holder = await createGateway({ dataDir, env: {}, kind: "serve" });
  const { startup, connect } = setUp();
  const { client } = connect();
  await startup.start();
  const refused = await client.status.get().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ORPCError);
  expect(refused).toMatchObject({ code: "DATA_DIR_HELD", data: { code: "data_dir_held" } });
  await expect(client.desktop.showWindowOfHolder()).rejects.toMatchObject({
    data: { code: "data_dir_held" },
  });
  await holder.close();
  await client.desktop.retryStart();
  expect((await client.status.get()).dataDir).toBe(dataDir);
});

test("events reach the window, and end with its port", async () => {
  const { startup, desktop, connect } = setUp();
  await startup.start();
  const { client, disconnect } = connect();
  const events = await client.status.events();
  const states = await client.desktop.startup();
  expect(await nextOf(states)).toEqual({ state: "ready" });
  await client.profiles.create({ slug: "dev" });
  const types: string[] = [];
  while (!types.includes("profiles.changed")) types.push((await nextOf(events)).type);

  desktop.commands.send({ type: "go", route: "/servers" });
  const commands = await client.desktop.commands();
  expect(await nextOf(commands)).toEqual({ type: "go", route: "/servers" });
  desktop.commands.send({ type: "run", command: "add_server" });
  expect(await nextOf(commands)).toEqual({ type: "run", command: "add_server" });

  await disconnect();
  // The window that listens next gets what nobody heard.
  desktop.commands.send({ type: "run", command: "find" });
  const next = await connect().client.desktop.commands();
  expect(await nextOf(next)).toEqual({ type: "run", command: "find" });
});

test("a restore replaces everything below a line that stays", async () => {
  const { startup, connect } = setUp();
  await startup.start();
  const { client } = connect();
  await client.profiles.create({ slug: "before" });
  const { id } = await client.backups.create({ unencrypted: true });
  await client.profiles.create({ slug: "after" });
  const events = await client.status.events();
  const begun = await client.backups.restore({ backup: id });
  await vi.waitFor(
    async () => {
      const { job } = await client.backups.job();
      expect(job).toMatchObject({ id: begun.id, state: "done" });
    },
    { timeout: 45_000, interval: 100 },
  );
  const slugs = (await client.profiles.list()).map(({ slug }) => slug);
  expect(slugs).toContain("before");
  expect(slugs).not.toContain("after");
  // Whoever follows what happens goes on hearing of it.
  await client.profiles.create({ slug: "later" });
  const types: string[] = [];
  while (!types.includes("backups.changed") || types.at(-1) !== "profiles.changed")
    types.push((await nextOf(events)).type);
}, 60_000);

test("each thing the window asks of the desktop is done", async () => {
  const { connect, calls } = setUp();
  const { desktop } = connect().client;
  await desktop.copyText({ text: "a" });
  await desktop.openExternal({ url: "https://example.com/" });
  await desktop.openDataFolder();
  expect(await desktop.chooseDataFolder()).toEqual({ chosen: true });
  expect(await desktop.chooseProgram()).toEqual({ path: null });
  expect(await desktop.chooseFolder()).toEqual({ path: "/chosen" });
  expect(await desktop.openServersFile()).toEqual({ name: "a.json", text: "{}" });
  expect(await desktop.saveAudit({ action: "server." })).toEqual({
    name: "audit.jsonl",
    entries: 1,
  });
  expect(await desktop.chooseBackup()).toEqual({ backup: "upload-1", name: "old.age" });
  expect(await desktop.saveBackup({ backup: "a.age" })).toBeNull();
  await desktop.showBackup({ backup: "a.age" });
  expect(await desktop.saveRecoverySheet({ passphrase: "of a backup" })).toBeNull();
  expect(await desktop.recoveryJob()).toEqual({ job: null });
  await desktop.cancelRecovery();
  await desktop.copyDiagnostics();
  await desktop.setTitle({ title: "Servers" });
  await desktop.quit();
  expect(calls).toEqual([
    ["copyText", "a"],
    ["openExternal", "https://example.com/"],
    ["openDataFolder"],
    ["startAgainWith", "/chosen"],
    ["saveAudit", { action: "server." }],
    ["showBackup", "a.age"],
    ["copyDiagnostics"],
    ["setTitle", "Servers"],
    ["quit"],
  ]);
});

test("a link that may not be opened is refused, and input that is none is told", async () => {
  const { connect, calls } = setUp();
  const { desktop } = connect().client;
  await expect(desktop.openExternal({ url: "file:///etc/passwd" })).rejects.toMatchObject({
    data: { code: "validation_failed" },
  });
  await expect(desktop.setTitle({ title: "x".repeat(201) })).rejects.toMatchObject({
    data: { code: "validation_failed" },
  });
  expect(calls).toEqual([]);
});
