import type { BackupKind, BackupView } from "@local-mcp/contract";
import { expect, it } from "vitest";
import { expired } from "./retention.ts";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 21);

const backup = (kind: BackupKind, daysAgo: number, state: BackupView["state"] = "verified") => ({
  id: `${kind} ${daysAgo}`,
  kind,
  state,
  createdAt: NOW - daysAgo * DAY,
});
const idsOf = (backups: { id: string }[]): string[] => backups.map(({ id }) => id);

it("keeps the newest automatic ones, and every one that a person made", () => {
  const automatic = Array.from({ length: 20 }, (_, day) => backup("automatic", day));
  const manual = [backup("manual", 1), backup("manual", 400), backup("manual", 30, "damaged")];
  const gone = idsOf(expired([...automatic, ...manual], 14, NOW));
  expect(gone).toEqual(idsOf(automatic.slice(14)));
});

it("counts only those that are whole, so that a good one never goes for a bad one", () => {
  const backups = [
    backup("automatic", 0, "damaged"),
    backup("automatic", 1, "unverified"),
    backup("automatic", 2),
    backup("automatic", 3),
    backup("automatic", 4, "damaged"),
    backup("automatic", 5, "unverified"),
  ];
  expect(idsOf(expired(backups, 2, NOW))).toEqual(["automatic 4"]);
  expect(expired(backups, 3, NOW)).toEqual([]);
});

it.each(["before_migration", "before_import"] as const)(
  "lets a copy of the kind %s go after 30 days",
  (kind) => {
    const copies = [backup(kind, 29, "unverified"), backup(kind, 31)];
    expect(idsOf(expired(copies, 1, NOW))).toEqual([`${kind} 31`]);
  },
);
