import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewayError, type SavingLogs } from "@local-mcp/contract";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ExportPart, logsFileName, saveLogs } from "./save-logs.ts";

const QUERY = { filter: "status:error", format: "jsonl", contents: false } as const;

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "save-logs-"));
  path = join(directory, "logs.jsonl");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Three parts of two rows each, asked for in their order. */
const threeParts: ExportPart = async ({ after = 0, filter }) => ({
  text: `${filter} ${after + 1}\n${filter} ${after + 2}\n`,
  rows: 2,
  next: after + 2 < 6 ? after + 2 : null,
});

const all = async (steps: AsyncIterable<SavingLogs>): Promise<SavingLogs[]> => {
  const told: SavingLogs[] = [];
  for await (const step of steps) told.push(step);
  return told;
};

test("all parts are written, for their owner alone, in the place of what was there", async () => {
  writeFileSync(path, "of another time, and longer than what comes\n".repeat(500), { mode: 0o644 });
  const told = await all(saveLogs(threeParts, QUERY, path));
  expect(told.at(-1)).toEqual({ rows: 6, name: "logs.jsonl" });
  expect(readFileSync(path, "utf8")).toBe(
    [1, 2, 3, 4, 5, 6].map((row) => `status:error ${row}\n`).join(""),
  );
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory)).toEqual(["logs.jsonl"]);
});

test("one that is cancelled in the middle leaves what was there, and asks for nothing more", async () => {
  writeFileSync(path, "before");
  const stop = new AbortController();
  let asked = 0;
  const endless: ExportPart = async () => {
    asked += 1;
    if (asked === 3) stop.abort();
    return { text: "row\n", rows: 1, next: asked };
  };
  await expect(all(saveLogs(endless, QUERY, path, stop.signal))).rejects.toMatchObject({
    name: "AbortError",
  });
  expect(asked).toBe(3);
  expect(readFileSync(path, "utf8")).toBe("before");
  expect(readdirSync(directory)).toEqual(["logs.jsonl"]);
});

test("who listens no longer ends it, and there is no file", async () => {
  let asked = 0;
  const endless: ExportPart = async () => {
    asked += 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { text: "row\n", rows: 1, next: asked };
  };
  for await (const { name } of saveLogs(endless, QUERY, path)) {
    expect(name).toBeNull();
    break;
  }
  const before = asked;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(asked).toBe(before);
  expect(readdirSync(directory)).toEqual([]);
});

test("why it failed is told as it was: by the gateway, or by the disk", async () => {
  const refused: ExportPart = async () => {
    throw new GatewayError("log_query_invalid", { part: "x", detail: "y" });
  };
  await expect(all(saveLogs(refused, QUERY, path))).rejects.toMatchObject({
    code: "log_query_invalid",
  });
  await expect(
    all(saveLogs(threeParts, QUERY, join(directory, "no", "logs.jsonl"))),
  ).rejects.toMatchObject({ code: "file_unwritable" });
  expect(readdirSync(directory)).toEqual([]);
});

test("the file is named after the day and its format", () => {
  expect(logsFileName(new Date(2026, 0, 5), "har")).toBe("debug-logs-2026-01-05.har");
});
