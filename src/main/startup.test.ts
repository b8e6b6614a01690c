import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GatewayError, type Startup as StartupState } from "@local-mcp/contract";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AppLog } from "./app-log.ts";
import { Startup } from "./startup.ts";

let dataDir: string;
const startups: Startup[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "startup-"));
});
afterEach(async () => {
  await Promise.all(startups.splice(0).map((startup) => startup.close()));
  rmSync(dataDir, { recursive: true, force: true });
});

const openGateway = (port = 0) =>
  createGateway({ dataDir, env: {}, settings: { port }, kind: "app" });

const create = (open: () => Promise<Gateway> = openGateway) => {
  const onReady = vi.fn<(gateway: Gateway) => void>();
  const log = new AppLog({ now: () => 0, onFailure: () => {} });
  const startup = new Startup({ open, onReady, log });
  startups.push(startup);
  return { startup, onReady, log };
};

const watch = (startup: Startup): { seen: StartupState["state"][]; stop: () => Promise<void> } => {
  const seen: StartupState["state"][] = [];
  const stopped = new AbortController();
  const watching = (async () => {
    for await (const { state } of startup.watch(stopped.signal)) seen.push(state);
  })();
  return {
    seen,
    stop: async () => {
      stopped.abort();
      await watching.catch(() => {});
    },
  };
};

test("the gateway listens before it is called ready", async () => {
  const { startup, onReady } = create();
  const watching = watch(startup);
  await startup.start();
  expect(startup.state).toEqual({ state: "ready" });
  const gateway = await startup.gateway();
  expect(onReady).toHaveBeenCalledExactlyOnceWith(gateway);
  expect((await gateway.api.status.get()).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  await vi.waitFor(() => expect(watching.seen.at(-1)).toBe("ready"));
  await startup.start();
  expect(onReady).toHaveBeenCalledOnce();
  await watching.stop();
});

test("a data directory that is held is a failure, which can be tried again", async () => {
  const holder = await openGateway();
  const { startup, onReady, log } = create();
  const watching = watch(startup);
  const early = startup.start();
  await expect(startup.gateway()).rejects.toMatchObject({ code: "data_dir_held" });
  await early;
  expect(startup.state).toMatchObject({ state: "failed", problem: { code: "data_dir_held" } });
  expect(onReady).not.toHaveBeenCalled();
  expect(log.recent().join()).toContain("could not start");

  await holder.close();
  await startup.start();
  expect(startup.state).toEqual({ state: "ready" });
  await vi.waitFor(() => expect(watching.seen.slice(-3)).toEqual(["failed", "starting", "ready"]));
  await watching.stop();
});

test("a port that is taken is no failure: the status says why nothing is served", async () => {
  const other = await createGateway({
    dataDir: join(dataDir, "other"),
    env: {},
    settings: { port: 0 },
    kind: "serve",
  });
  const { url } = await other.listen();
  const { startup } = create(() => openGateway(Number(new URL(url).port)));
  await startup.start();
  expect(startup.state).toEqual({ state: "ready" });
  const { api } = await startup.gateway();
  expect(await api.status.get()).toMatchObject({ url: null, problem: { code: "port_taken" } });
  await other.close();
});

test("what nobody foresaw is told without its details", async () => {
  const { startup, log } = create(() => Promise.reject(new Error("inner detail")));
  await startup.start();
  expect(startup.state).toMatchObject({ state: "failed", problem: { code: "internal" } });
  expect(JSON.stringify(startup.state)).not.toContain("inner detail");
  expect(log.recent().join()).toContain("inner detail");
});

test("closing waits for a start under way and leaves nothing open", async () => {
  const { startup, onReady } = create();
  const starting = startup.start();
  // Whoever closes a second time waits for the first as well.
  void startup.close();
  await startup.close();
  await starting;
  expect(onReady).not.toHaveBeenCalled();
  await expect(startup.gateway()).rejects.toThrow(new GatewayError("shutting_down"));
  await startup.start();
  await (await openGateway()).close();
});

test("the log says what ended, whichever way the app ends", async () => {
  const seeded = await openGateway();
  const config = {
    transport: "stdio" as const,
    command: process.execPath,
    args: [fileURLToPath(new URL("../../e2e/fixtures/stdio-server.mjs", import.meta.url))],
  };
  await seeded.api.servers.create({ name: "files", config, confirmed: true });
  await seeded.close();

  const { startup, log } = create();
  await startup.start();
  const { api } = await startup.gateway();
  await vi.waitFor(
    async () => expect((await api.servers.get({ server: "files" })).status.state).toBe("ready"),
    10_000,
  );
  await startup.close();
  expect(JSON.parse(log.recent().at(-1) ?? "")).toMatchObject({
    level: "info",
    message: "the gateway has ended",
    servers: 1,
    processes: 1,
    forced: [],
    left: [],
  });
});
