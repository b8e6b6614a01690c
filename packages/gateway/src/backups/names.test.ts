import { expect, it } from "vitest";
import { backupName, copyName, readBackupName } from "./names.ts";

const AT = Date.UTC(2026, 10, 21, 2, 0, 0);

it.each([
  ["automatic", true, 1, "local-mcp-gateway-2026-11-21T02-00-00Z-automatic.age"],
  ["manual", false, 2, "local-mcp-gateway-2026-11-21T02-00-00Z-manual-2.db"],
] as const)("%s is read back from its name", (kind, encrypted, attempt, name) => {
  expect(backupName(kind, AT, encrypted, attempt)).toBe(name);
  expect(readBackupName(name)).toEqual({ kind, createdAt: AT, encrypted });
});

it("knows a copy that was made before a migration or an import, and an age file of any name", () => {
  expect(readBackupName("before-migration-2026-11-21T02-00-00.123Z.db")).toEqual({
    kind: "before_migration",
    createdAt: AT,
    encrypted: false,
  });
  expect(readBackupName(copyName(AT, 1))).toEqual({
    kind: "before_import",
    createdAt: AT,
    encrypted: false,
  });
  expect(readBackupName(copyName(AT, 2))?.kind).toBe("before_import");
  expect(readBackupName("from my laptop.age")).toEqual({
    kind: "manual",
    createdAt: null,
    encrypted: true,
  });
});

it.each([
  "notes.txt",
  "holiday.db",
  "local-mcp-gateway.db",
  "local-mcp-gateway-2026-11-21T02-00-00Z-automatic.age.json",
  "local-mcp-gateway-2026-11-21T02-00-00Z-automatic.age.partial",
  "local-mcp-gateway-2026-11-21T02-00-00Z-other.db",
  ".hidden.age",
])("%s is no backup", (name) => {
  expect(readBackupName(name)).toBeNull();
});

it("does not take a date that there never was", () => {
  expect(readBackupName("local-mcp-gateway-2026-13-41T02-00-00Z-manual.age")?.createdAt).toBeNull();
});
