import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exportFileName, saveExport } from "./save-export.ts";

let directory: string;
let gateway: Gateway;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "save-export-"));
  gateway = await createGateway({ dataDir: join(directory, "data"), env: {}, kind: "cli" });
  await gateway.api.profiles.create({ slug: "dev" });
});
afterEach(async () => {
  await gateway.close();
  rmSync(directory, { recursive: true, force: true });
});

test("what is configured is written whole, for its owner alone, in the place of what was there", async () => {
  const path = join(directory, "team.json");
  writeFileSync(path, "of another time, and longer than what comes\n".repeat(500), { mode: 0o644 });
  const saved = await saveExport(gateway.api, { kinds: ["profile"] }, path);
  expect(saved).toMatchObject({ name: "team.json", total: 1, counts: { profile: 1 } });
  expect(saved).not.toHaveProperty("text");
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
    entities: { servers: [{ name: "dev" }] },
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory).toSorted()).toEqual(["data", "team.json"]);
});

test("one that is cancelled writes nothing", async () => {
  const path = join(directory, "team.json");
  writeFileSync(path, "before");
  const writing = saveExport(gateway.api, {}, path, AbortSignal.abort());
  await expect(writing).rejects.toMatchObject({ name: "AbortError" });
  expect(readFileSync(path, "utf8")).toBe("before");
  expect(readdirSync(directory).toSorted()).toEqual(["data", "team.json"]);
});

test("what cannot be exported, or written, says why and leaves what was there", async () => {
  const path = join(directory, "team.json");
  writeFileSync(path, "before");
  await expect(
    saveExport(gateway.api, { selection: { server: ["nosuch"] } }, path),
  ).rejects.toMatchObject({ data: { code: "export_unknown" } });
  expect(readFileSync(path, "utf8")).toBe("before");
  await expect(
    saveExport(gateway.api, {}, join(directory, "no", "team.json")),
  ).rejects.toMatchObject({ code: "file_unwritable", params: { reason: "there is no such file" } });
});

test("the file is named after the day", () => {
  expect(exportFileName(new Date(2026, 0, 5))).toBe("local-mcp-gateway-2026-01-05.json");
});
