import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { afterEach, beforeEach, expect, test } from "vitest";
import { auditFileName, saveAudit } from "./save-audit.ts";

let directory: string;
let gateway: Gateway;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "save-audit-"));
  gateway = await createGateway({ dataDir: join(directory, "data"), env: {}, kind: "cli" });
});
afterEach(async () => {
  await gateway.close();
  rmSync(directory, { recursive: true, force: true });
});

test("what the filter leaves is written, one entry a line, for its owner alone", async () => {
  await gateway.api.profiles.create({ slug: "dev" });
  await gateway.api.settings.update({ callTimeoutMs: 5000 });
  const file = join(directory, "audit.jsonl");
  writeFileSync(file, "of another time, and longer than what comes\n".repeat(50), { mode: 0o644 });
  const saved = await saveAudit(gateway.api, { action: "profile." }, file);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { action: "profile.create", subject: { kind: "profile", name: "dev" } },
  ]);
  expect(saved).toEqual({ name: "audit.jsonl", entries: 1 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a place that cannot be written is named", async () => {
  const path = join(directory, "no", "such", "folder.jsonl");
  await expect(saveAudit(gateway.api, {}, path)).rejects.toMatchObject({
    code: "file_unwritable",
    params: { path, reason: "there is no such file" },
  });
});

test("the file is named after the day", () => {
  expect(auditFileName(new Date(2026, 0, 5))).toBe("audit-log-2026-01-05.jsonl");
});
