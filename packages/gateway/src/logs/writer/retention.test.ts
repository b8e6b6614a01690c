import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { bodyOf, LogStage } from "./log-store.fixture.ts";

const DAY_MS = 86_400_000;
const NOW = 1_800_000_000_000;

const ids = (stage: LogStage, table = "debug_log_facts"): number[] =>
  stage.all<{ id: number }>(`SELECT id FROM ${table} ORDER BY id`).map(({ id }) => id);

test("what is older than so many days goes with its words, and what is pinned stays", () => {
  using stage = new LogStage();
  for (let age = 9; age >= 0; age -= 1) {
    stage.write([
      stage.entry({
        at: NOW - age * DAY_MS - 1,
        name: `tool${age}`,
        request: bodyOf(`"age${age}"`),
      }),
    ]);
  }
  stage.store.mark({ id: 2, pinned: true });
  expect(stage.prune({ logKeepDays: 3 }, NOW)).toBe(6);
  expect(ids(stage)).toEqual([2, 8, 9, 10]);
  expect(ids(stage, "debug_logs")).toEqual([2, 8, 9, 10]);
  expect(stage.all("SELECT rowid AS id FROM debug_log_words_0")).toEqual(
    [2, 8, 9, 10].map((id) => ({ id })),
  );
  // Names that no row has any more go too.
  const tools = stage.all<{ value: string }>(
    "SELECT value FROM debug_log_terms WHERE kind = 'name' ORDER BY value",
  );
  expect(tools.map(({ value }) => value)).toEqual(["tool0", "tool1", "tool2", "tool8"]);
  expect(stage.prune({ logKeepDays: 3 }, NOW)).toBe(0);
});

test("rows of a time when the clock was ahead keep none that are older than they should be", () => {
  using stage = new LogStage();
  const rows = (count: number, at: number) =>
    Array.from({ length: count }, () => stage.entry({ at }));
  stage.write(rows(600, NOW + 2 * DAY_MS));
  stage.write(rows(700, NOW - 4 * DAY_MS));
  stage.write(rows(10, NOW));
  expect(stage.prune({ logKeepDays: 3 }, NOW)).toBe(700);
  expect(stage.store.size().rows).toBe(610);
  expect(stage.found("jsonrpc")).toHaveLength(610);
});

test("of more than so many rows the oldest go, and parts of the index with the last of their rows", () => {
  using stage = new LogStage();
  const rows = (count: number) => Array.from({ length: count }, () => stage.entry());
  stage.write(rows(9999));
  stage.write(rows(3001));
  expect(stage.prune({ logKeepRows: 13_000 })).toBe(0);
  expect(stage.prune({ logKeepRows: 2500 })).toBe(10_500);
  expect(ids(stage)[0]).toBe(10_501);
  expect(stage.found("jsonrpc")).toHaveLength(2500);
  expect(ids(stage, "debug_logs")).toHaveLength(2500);
  const tables = stage.all(
    "SELECT name FROM sqlite_schema WHERE name GLOB 'debug_log_words_[0-9]' ORDER BY name",
  );
  expect(tables).toEqual([{ name: "debug_log_words_1" }]);
  expect(stage.store.size().rows).toBe(2500);
});

test("of more than so many bytes the oldest go, until the rest takes no more", () => {
  using stage = new LogStage();
  const big = bodyOf(JSON.stringify(randomBytes(40_000).toString("base64")));
  stage.write(Array.from({ length: 120 }, () => stage.entry({ request: big })));
  expect(stage.store.size().bytes).toBeGreaterThan(4 * 2 ** 20);
  stage.store.mark({ id: 1, pinned: true });
  expect(stage.prune({ logKeepMb: 2 })).toBeGreaterThan(50);
  const { rows, bytes } = stage.store.size();
  expect(bytes).toBeLessThanOrEqual(2 * 2 ** 20);
  // Not more than that went.
  expect(bytes).toBeGreaterThan(1.5 * 2 ** 20);
  expect(ids(stage)).toHaveLength(rows);
  expect(ids(stage)[0]).toBe(1);
});
