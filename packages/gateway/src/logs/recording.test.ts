import { GatewayError, LOCAL_SERVER } from "@local-mcp/contract";
import { afterEach, expect, test, vi } from "vitest";
import { callOf, trafficStage } from "../traffic/traffic.fixture.ts";
import { Levels } from "./levels.ts";
import { Uncapped } from "./uncapped.ts";
import { LogWarnings } from "./warnings.ts";

afterEach(() => {
  vi.useRealTimers();
});

const HOUR_MS = 3_600_000;
const PATIENCE_MS = 15_000;

test("levels are those of profiles and servers, and go with them", async () => {
  const stage = trafficStage();
  const [dev, ops] = [stage.profile("dev"), stage.profile("ops")];
  const [one, other] = [stage.server("one"), stage.server("other")];
  const { logs } = stage.run();
  logs.setLevel({ profile: "dev", level: "metadata" });
  logs.setLevel({ server: "one", level: "errors" });
  logs.setLevel({ server: "other", level: "off" });
  logs.setLevel({ profile: "ops", level: "off" });
  logs.setLevel({ profile: "ops", level: null });
  logs.setLevel({ server: "other", level: "full" });
  expect(logs.levels()).toEqual([
    { server: "one", level: "errors" },
    { server: "other", level: "full" },
    { profile: "dev", level: "metadata" },
  ]);
  const find = (): never => {
    throw new GatewayError("internal");
  };
  const levels = new Levels({
    store: stage.stores.logLevels,
    settings: () => ({ logLevel: "full" }),
    profiles: { find },
    servers: { find },
  });
  expect(levels.of(null, null)).toBe("full");
  expect(levels.of(dev, null)).toBe("metadata");
  expect(levels.of(dev, one)).toBe("errors");
  expect(levels.of(dev, other)).toBe("metadata");
  expect(levels.of(ops, other)).toBe("full");
  expect(levels.of(ops, LOCAL_SERVER)).toBe("full");
  expect(() => logs.setLevel({ profile: "nobody", level: "off" })).toThrow("nobody");
  expect(() => logs.setLevel({ server: "nobody", level: "off" })).toThrow("nobody");
  stage.stores.servers.delete(one);
  stage.stores.profiles.delete(dev);
  levels.forget();
  expect(levels.of(dev, one)).toBe("full");
  expect(logs.levels()).toEqual([{ server: "other", level: "full" }]);
});

test("what a profile's level leaves out is not recorded from the moment it is set", async () => {
  const stage = trafficStage();
  const profileId = stage.profile("dev");
  const traffic = stage.run();
  callOf(traffic, "before", { profileId });
  traffic.logs.setLevel({ profile: "dev", level: "off" });
  callOf(traffic, "meanwhile", { profileId });
  traffic.logs.setLevel({ profile: "dev", level: "metadata" });
  callOf(traffic, "after", { profileId });
  const { rows } = await traffic.logs.list({ filter: "", limit: 10 });
  const details = await Promise.all(rows.map(({ id }) => traffic.logs.get(id)));
  expect(details.map(({ contents, request }) => [contents, request?.text ?? null])).toEqual([
    ["recorded", expect.stringContaining("before")],
    ["level", null],
  ]);
  expect(details[1]?.requestBytes).toBeGreaterThan(0);
});

test("messages are whole for as long as somebody wanted, and cut before and after", async () => {
  const stage = trafficStage();
  stage.settings.logBodyBytes = 1024;
  const traffic = stage.run();
  const long = "x".repeat(30_000);
  callOf(traffic, long);
  await traffic.logs.list({ filter: "", limit: 1 });
  const until = (await traffic.logs.uncap(5)).uncappedUntil ?? 0;
  expect(until - Date.now()).toBeGreaterThan(4 * 60_000);
  callOf(traffic, long);
  await traffic.logs.list({ filter: "", limit: 1 });
  expect((await traffic.logs.cap()).uncappedUntil).toBeNull();
  callOf(traffic, long);
  const { rows } = await traffic.logs.list({ filter: "", limit: 10 });
  const details = await Promise.all(rows.map(({ id }) => traffic.logs.get(id)));
  expect(details.map(({ request }) => request?.cut)).toEqual([true, false, true]);
  expect(new Set(details.map(({ request }) => request?.bytes)).size).toBe(1);
  expect(stage.told.filter((type) => type === "logs.changed").length).toBeGreaterThanOrEqual(2);
});

test("whole messages end by themselves, also where the computer slept", () => {
  vi.useFakeTimers();
  let changes = 0;
  const uncapped = new Uncapped(() => (changes += 1), Date.now);
  uncapped.begin(30);
  uncapped.begin(60);
  vi.advanceTimersByTime(HOUR_MS - 1);
  expect(uncapped.until).toBe(Date.now() + 1);
  vi.advanceTimersByTime(1);
  expect(uncapped.until).toBeNull();
  expect(changes).toBe(3);
  uncapped.begin(60);
  // A timer stands still while the computer sleeps.
  vi.setSystemTime(Date.now() + 2 * HOUR_MS);
  expect(uncapped.until).toBeNull();
  uncapped.close();
});

test("a person is told of drops for some minutes, and of a stop for as long as it lasts", () => {
  vi.useFakeTimers();
  let changes = 0;
  const outbox = { problem: null as GatewayError | null, dropped: 0 };
  let free: number | null = 210.9 * 1024 ** 2;
  const warnings = new LogWarnings(
    () => outbox,
    () => free,
    () => (changes += 1),
  );
  const codes = (): string[] => warnings.all.map(({ code }) => code);
  expect(codes()).toEqual([]);
  for (let drop = 0; drop < 500; drop += 1) {
    outbox.dropped += 1;
    warnings.changed();
  }
  expect(codes()).toEqual(["logs_dropped"]);
  expect(warnings.all[0]?.message).toContain("500 messages");
  vi.advanceTimersByTime(1000);
  expect(changes).toBe(1);
  outbox.problem = new GatewayError("disk_full", { path: "/x", reason: "full" });
  warnings.changed();
  expect(codes()).toEqual(["logs_stopped"]);
  expect(warnings.all[0]?.message).toBe("Recording stopped: the disk has 210 MB left.");
  expect(warnings.all[0]?.wayOut).toContain("The gateway keeps working.");
  // A quota is full, and the disk is not.
  free = 50 * 1024 ** 3;
  expect(warnings.all[0]?.message).toContain("/x cannot be written");
  outbox.problem = null;
  warnings.changed();
  expect(codes()).toEqual(["logs_dropped"]);
  vi.advanceTimersByTime(6 * 60_000);
  expect(codes()).toEqual([]);
  expect(changes).toBe(3);
  warnings.close();
});

test("the state says what there is, and rows that an earlier run left are interrupted", async () => {
  const stage = trafficStage();
  const before = stage.run();
  for (let call = 0; call < 3; call += 1) callOf(before, "a call");
  // One that is never answered.
  before.sink.onRequest({
    client: null,
    isOwn: false,
    profileId: null,
    serverId: null,
    message: {},
    method: "tools/call",
    name: null,
  });
  expect((await before.logs.list({ filter: "status:running", limit: 9 })).rows).toHaveLength(1);
  const began = Date.now();
  const state = await before.logs.state();
  expect(state).toMatchObject({
    level: "full",
    rows: 4,
    dropped: 0,
    problem: null,
    clearing: false,
  });
  expect(state.bytes).toBeGreaterThan(0);
  expect(began - (state.oldestAt ?? 0)).toBeLessThan(60_000);
  await before.close();
  const after = stage.run();
  expect((await after.logs.list({ filter: "status:interrupted", limit: 9 })).rows).toHaveLength(1);
  expect((await after.logs.list({ filter: "status:running", limit: 9 })).rows).toEqual([]);
});

test("what is cleared is gone, and so is what is kept no longer", async () => {
  const stage = trafficStage();
  const traffic = stage.run();
  const rows = async (): Promise<number> => (await traffic.logs.state()).rows;
  for (let call = 0; call < 1500; call += 1) callOf(traffic, `call ${call}`);
  expect((await traffic.logs.clear("text:7")).rows).toBe(1);
  await vi.waitFor(async () => {
    expect((await traffic.logs.state()).clearing).toBe(false);
  }, PATIENCE_MS);
  expect((await traffic.logs.list({ filter: "text:7", limit: 9 })).rows).toEqual([]);
  expect(await rows()).toBe(1499);
  stage.settings.logKeepRows = 1000;
  stage.events.publish({ type: "settings.changed" });
  await vi.waitFor(async () => {
    expect((await traffic.logs.count({ filter: "" })).matches).toBe(1000);
  }, PATIENCE_MS);
});
