import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BackupView, GatewayError, settings as settingsSchema } from "@local-mcp/contract";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { AuditNote } from "../audit/note.ts";
import { AutomaticBackups } from "./automatic.ts";
import { BackupFiles } from "./files.ts";
import { Jobs } from "./jobs.ts";

const HOUR = 3_600_000;
vi.setConfig({ testTimeout: 60_000 });
const log = { info: () => {}, warn: () => {}, error: () => {} };

let root = "";
let own = "";
let files: BackupFiles;
let jobs: Jobs;
let automatic: AutomaticBackups;
let settings = settingsSchema.parse({ backupKeep: 3 });
let hasPassphrase = true;
/** Why the next one fails. */
let failure: Error | null = null;
/** Whether what is made can be read back. */
let isWhole = true;
const recorded: [string, AuditNote][] = [];
/** Names of those that were made, oldest first. */
const names: string[] = [];

/** Stands in for the snapshot; all around it is as it runs. */
const make = async (): Promise<BackupView> => {
  if (failure !== null) throw failure;
  return jobs.start("create", "snapshot", async () => {
    const createdAt = Date.now();
    const { id, path } = await files.place("automatic", createdAt, true);
    names.push(id);
    writeFileSync(path, "bytes");
    if (isWhole) {
      await files.keep(path, {
        format: 1,
        kind: "automatic",
        createdAt,
        bytes: 5,
        sha256: "0".repeat(64),
        found: "whole",
        checkedAt: createdAt,
        counts: { servers: 1, profiles: 1, tokens: 1, signIns: 0, secrets: 2 },
      });
    }
    return (await files.find(id)).view;
  }).done;
};

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const there = (): string[] =>
  readdirSync(own)
    .filter((name) => name.endsWith("automatic.age"))
    .toSorted();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  vi.setSystemTime(new Date(2026, 5, 10, 12, 0));
  root = mkdtempSync(join(tmpdir(), "automatic-backups-"));
  own = join(root, "backups");
  files = new BackupFiles({ own, chosen: () => "", staging: join(root, "restore") });
  jobs = new Jobs({ onChange: () => {}, log });
  settings = settingsSchema.parse({ backupKeep: 3 });
  [hasPassphrase, failure, isWhole] = [true, null, true];
  recorded.length = 0;
  names.length = 0;
  automatic = new AutomaticBackups({
    files,
    jobs,
    kept: { status: () => ({ set: hasPassphrase, since: null }) },
    settings: () => settings,
    make,
    look: async () => (await files.list()).map(({ view }) => view),
    audit: {
      record: ({ name }, note) => recorded.push([name, note]),
      refuse: ({ name }, note) => recorded.push([name, note]),
    },
    onChange: () => {},
    now: () => Date.now(),
    log,
  });
});
afterEach(async () => {
  await automatic.close();
  await files.close();
  vi.useRealTimers();
  rmSync(root, { recursive: true, force: true });
});

/** What was begun waits for the disk, and not for the clock. The limit of the test bounds it. */
const until = (holds: () => void) => vi.waitFor(holds, { timeout: 60_000 });
const made = (): number => recorded.filter(([, { action }]) => action === "backup.create").length;

it("makes one a day, keeps the newest, and never removes what a person made", async () => {
  mkdirSync(own);
  const manual = "local-mcp-gateway-2020-01-01T00-00-00Z-manual.age";
  const copy = "before-migration-2026-04-01T00-00-00.000Z.db";
  for (const name of [manual, copy, "from my laptop.age"]) writeFileSync(join(own, name), "bytes");
  automatic.start();
  // The one that was missed is the first.
  await pass(HOUR);
  await until(() => expect(made()).toBe(1));
  for (let day = 2; day <= 5; day += 1) {
    await pass(24 * HOUR);
    await until(() => expect(made()).toBe(day));
  }
  await until(() => expect(there()).toEqual(names.slice(-3)));
  expect(readdirSync(own)).toContain(manual);
  expect(readdirSync(own)).toContain("from my laptop.age");
  expect(readdirSync(own)).not.toContain(copy);
  await until(() => expect(automatic.nextAt).toBe(new Date(2026, 5, 15, 2, 0).getTime()));
});

it("is recorded as done by the gateway, with the secrets that are in it", async () => {
  automatic.start();
  await pass(HOUR);
  await until(() => expect(recorded).toHaveLength(2));
  expect(recorded.map(([actor, { action }]) => [actor, action])).toEqual([
    ["gateway", "backup.create"],
    ["gateway", "secret.read"],
  ]);
  expect(recorded[0]?.[1].detail).toEqual({ kind: "automatic", encrypted: true, bytes: 5 });
});

it("does not take one for made that could not be read back", async () => {
  isWhole = false;
  automatic.start();
  await pass(HOUR);
  await until(() => expect(made()).toBe(1));
  await until(() => expect(automatic.nextAt).toBeLessThan(Date.now() + 2 * HOUR));
  await pass(2 * HOUR);
  await until(() => expect(made()).toBeGreaterThan(1));
});

it("tells why it failed, and goes on at once where a person has mended it", async () => {
  failure = new GatewayError("disk_full", { path: own, reason: "no space" });
  automatic.start();
  await pass(HOUR);
  await until(() => expect(automatic.failure?.code).toBe("disk_full"));
  expect(recorded).toEqual([
    [
      "gateway",
      {
        action: "backup.create",
        subject: { kind: "backup", id: null, name: null },
        detail: { error: "disk_full" },
      },
    ],
  ]);
  failure = null;
  automatic.changed();
  expect(automatic.failure).toBeNull();
  await pass(60_000);
  await until(() => expect(there()).toHaveLength(1));
});

it("makes none beside a job of a person's, nor without a passphrase, nor where it is off", async () => {
  const job = jobs.start("restore", "unlock", async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
  automatic.start();
  await pass(5 * HOUR);
  expect(automatic.nextAt).not.toBeNull();
  hasPassphrase = false;
  expect(automatic.nextAt).toBeNull();
  settings = { ...settings, backupDaily: false };
  hasPassphrase = true;
  expect(automatic.nextAt).toBeNull();
  jobs.cancel();
  await job.done;
  await pass(48 * HOUR);
  expect(recorded).toEqual([]);
});
