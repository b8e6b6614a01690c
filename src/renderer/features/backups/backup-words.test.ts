import type { BackupHealth, BackupJob, BackupView, RestoreChange } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { sizeText } from "../../components/size.ts";
import {
  changesText,
  confirmText,
  countsText,
  dayTime,
  factsText,
  healthLook,
  holdText,
  lastGoodText,
  scheduleText,
} from "./backup-words.ts";

/** The 21st of November 2026 at noon, where the tests run. */
const NOON = new Date(2026, 10, 21, 12).getTime();
const at = (day: number, hour: number): number => new Date(2026, 10, day, hour, 5).getTime();

const backup: BackupView = {
  id: "a.age",
  name: "a.age",
  kind: "automatic",
  createdAt: at(21, 2),
  bytes: 2048,
  encrypted: true,
  state: "verified",
  verifiedAt: 1,
  counts: null,
};

describe("words of backups", () => {
  it("name a size with at most one digit behind the point", () => {
    expect([0, 812, 1024, 655_360, 12_900_000, 3_400_000_000].map(sizeText)).toEqual([
      "0 bytes",
      "812 bytes",
      "1 KB",
      "640 KB",
      "12 MB",
      "3.2 GB",
    ]);
  });

  it("name a day that is near by its name", () => {
    expect(dayTime(at(21, 2), NOON)).toBe("today 02:05");
    expect(dayTime(at(20, 23), NOON)).toBe("yesterday 23:05");
    expect(dayTime(at(22, 2), NOON)).toBe("tomorrow 02:05");
    expect(dayTime(at(19, 2), NOON)).toMatch(/19.*02:05$/);
  });

  it("count what people count", () => {
    const counts = { servers: 6, profiles: 1, tokens: 0, signIns: 9, secrets: 9 };
    expect(countsText(counts)).toBe("6 servers, 1 profile, 0 tokens");
    expect(factsText({ ...backup, counts })).toBe(
      "Verified · 2 KB · 6 servers, 1 profile, 0 tokens",
    );
    expect(factsText(backup)).toBe("Verified · 2 KB");
  });

  it("say whether there is a good one", () => {
    expect(lastGoodText(backup, NOON)).toBe("Last good backup: today 02:05");
    expect(lastGoodText(null)).toBe("No good backup yet");
  });

  it("are beside a sign of whether there is a good one, and whether it is late", () => {
    const health = (state: BackupHealth["state"]) => ({ state, message: "", wayOut: null });
    const look = (state: BackupHealth["state"], lastGood: BackupView | null) =>
      healthLook({ health: health(state), lastGood }).colour;
    expect(look("good", backup)).toBe("text-ok");
    expect(look("no_passphrase", backup)).toBe("text-ok");
    expect(look("late", backup)).toBe("text-warn");
    expect(look("folder_gone", null)).toBe("text-warn");
    expect(look("never", null)).toBe("text-text-2");
  });

  it("say when the next is made", () => {
    const schedule = {
      enabled: true,
      time: "02:00",
      keep: 14,
      folder: "/backups",
      passphrase: { set: true, since: 0 },
      nextAt: null,
    };
    expect(scheduleText(schedule)).toBe("Daily at 02:00, 14 kept");
    expect(scheduleText({ ...schedule, enabled: false })).toBe("Not made automatically");
  });

  it("ask before everything is replaced, and say that it can be brought back", () => {
    const text = confirmText(at(21, 2));
    expect(text).toMatch(/^Replace everything with the backup of .*\?/);
    expect(text).toContain("can be brought back for 30 days");
  });

  it("tell what goes before what comes, names of one kind together", () => {
    const change = (
      kind: RestoreChange["kind"],
      name: string,
      change: RestoreChange["change"],
    ): RestoreChange => ({ kind, name, change });
    expect(
      changesText([
        change("server", "GitHub", "added"),
        change("profile", "Later", "removed"),
        change("server", "Linear", "added"),
        change("sign_in", "Jira", "changed"),
      ]),
    ).toEqual([
      { title: "Goes away", lines: ["Profile: Later"] },
      { title: "Comes back", lines: ["Servers: GitHub and Linear"] },
      { title: "Becomes as it was", lines: ["Sign-in: Jira"] },
    ]);
    expect(changesText([])).toEqual([]);
  });

  it("say of a restore what has happened to the data so far", () => {
    const job: BackupJob = {
      id: "1",
      kind: "restore",
      state: "running",
      phase: "decrypt",
      progress: 0.4,
      cancellable: true,
      problem: null,
      notes: [],
    };
    expect(holdText(job)).toBe("Nothing has been changed yet.");
    expect(holdText({ ...job, cancellable: false })).toMatch(/^It cannot be stopped now\./);
    expect(holdText({ ...job, kind: "create" })).toBeNull();
  });
});
