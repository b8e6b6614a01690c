import { type BackupHealth, type BackupView, GatewayError } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { type HealthFacts, healthOf, lastGood, warningOf } from "./health.ts";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 21, 12);

const backup = (hoursAgo: number, changes: Partial<BackupView> = {}): BackupView => ({
  id: `${hoursAgo}`,
  name: `${hoursAgo}.age`,
  kind: "automatic",
  createdAt: NOW - hoursAgo * HOUR,
  bytes: 1,
  encrypted: true,
  state: "verified",
  verifiedAt: NOW - hoursAgo * HOUR,
  counts: null,
  ...changes,
});

const facts = (changes: Partial<HealthFacts> = {}): HealthFacts => ({
  backups: [backup(10)],
  enabled: true,
  hasPassphrase: true,
  folder: "/disk/backups",
  folderProblem: null,
  failure: null,
  now: NOW,
  ...changes,
});

const full = new GatewayError("disk_full", { path: "/disk/backups", reason: "no space" });

describe("the last good backup", () => {
  it.each([
    ["unverified", { state: "unverified" }],
    ["damaged", { state: "damaged" }],
    ["without its secrets", { encrypted: false }],
    ["a copy before a migration", { kind: "before_migration" }],
    ["from the future", { createdAt: NOW + HOUR }],
  ] as const)("is not one that is %s", (_, changes) => {
    expect(lastGood([backup(1, changes), backup(30)], NOW)?.id).toBe("30");
    expect(lastGood([backup(1, changes)], NOW)).toBeNull();
  });

  it("may be one that a person made", () => {
    expect(lastGood([backup(1, { kind: "manual" }), backup(30)], NOW)?.id).toBe("1");
  });
});

describe("health", () => {
  it.each<[BackupHealth["state"], Partial<HealthFacts>]>([
    ["good", {}],
    ["good", { backups: [backup(47)] }],
    ["good", { failure: full }],
    ["late", { backups: [backup(49)] }],
    ["late", { backups: [backup(49), backup(1, { state: "unverified" })] }],
    ["never", { backups: [] }],
    ["never", { backups: [], failure: full }],
    ["folder_gone", { folderProblem: "it is not there" }],
    ["folder_gone", { folderProblem: "it is not there", backups: [backup(240)] }],
    ["no_passphrase", { hasPassphrase: false, backups: [backup(240)] }],
    ["off", { enabled: false, hasPassphrase: false, backups: [] }],
  ])("is %s for %j", (state, changes) => {
    const health = healthOf(facts(changes));
    expect(health.state).toBe(state);
    expect(health.wayOut === null).toBe(state === "good");
  });

  it("says how old the last one is, why, and what to do", () => {
    const late = facts({ backups: [backup(9 * 24 + 5)], folderProblem: "it is not there" });
    expect(healthOf(late)).toEqual({
      state: "folder_gone",
      message:
        "The last good backup is 9 days old: /disk/backups cannot be written (it is not there).",
      wayOut:
        "Choose another folder for backups, or back up now: “local-mcp-gateway backup create”.",
    });
    expect(healthOf(facts({ backups: [backup(49)] })).message).toBe(
      "The last good backup is 2 days old: none was made since.",
    );
    expect(healthOf(facts({ backups: [backup(49)], failure: full })).message).toBe(
      "The last good backup is 2 days old: /disk/backups cannot be written: no space. Nothing was changed.",
    );
  });
});

describe("the warning", () => {
  it.each<[string | null, Partial<HealthFacts>]>([
    [null, {}],
    [null, { failure: full }],
    [null, { backups: [] }],
    [null, { enabled: false, backups: [], failure: full }],
    [null, { hasPassphrase: false, backups: [] }],
    ["backup_late", { backups: [backup(49)] }],
    ["backup_never_made", { backups: [], failure: full }],
    ["backup_folder_unusable", { folderProblem: "it is not there" }],
  ])("is %s for %j", (code, changes) => {
    const warning = warningOf(facts(changes));
    expect(warning?.code ?? null).toBe(code);
  });
});
