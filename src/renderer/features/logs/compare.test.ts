import type { LogDetail } from "@local-mcp/contract";
import { describe, expect, test } from "vitest";
import { comparedFacts, type DiffRow, diffRows, linesOf } from "./compare.ts";
import { logDetailFixture } from "./log.fixture.ts";

const pair = (row: DiffRow): unknown =>
  row.kind === "skipped" ? row.lines : [row.one?.text ?? null, row.other?.text ?? null];

describe("two exchanges beside each other", () => {
  test("what differs comes first, and what neither has is left out", () => {
    const one: LogDetail = logDetailFixture({ outcome: "ok", durationMs: 12 });
    const other: LogDetail = logDetailFixture({
      outcome: "tool_error",
      durationMs: 12,
      errorCode: "server_timeout",
    });
    const { differing, same } = comparedFacts(one, other);
    expect(differing).toEqual([
      { name: "Outcome", one: "OK", other: "Tool error" },
      { name: "Error code", one: "–", other: "server_timeout" },
    ]);
    expect(same).toContainEqual({ name: "Took", one: "12 ms", other: "12 ms" });
    expect(same.map(({ name }) => name)).not.toContain("HTTP status");
  });

  test("a message is laid out line by line; one that is cut off stays as it is", () => {
    expect(linesOf({ text: '{"a":{"b":1}}', bytes: 13, cut: false })).toEqual([
      "{",
      '  "a": {',
      '    "b": 1',
      "  }",
      "}",
    ]);
    expect(linesOf({ text: '{"a":[1,', bytes: 99, cut: true })).toEqual(['{"a":[1,']);
    expect(linesOf(null)).toEqual([]);
  });

  test("changed lines stand beside each other, and more of one side beside nothing", () => {
    const { rows } = diffRows(["a", "b", "c", "z"], ["a", "x", "z", "more"]);
    expect(rows.map(pair)).toEqual([
      ["a", "a"],
      ["b", "x"],
      ["c", null],
      ["z", "z"],
      [null, "more"],
    ]);
    expect(rows.map((row) => row.kind === "lines" && row.other?.number)).toEqual([
      1,
      2,
      undefined,
      3,
      4,
    ]);
  });

  test("long runs that are alike are left out, and how long they were is said", () => {
    const alike = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    const { rows } = diffRows([...alike, "old", ...alike], [...alike, "new", ...alike]);
    expect(rows.map(pair)).toEqual([
      17,
      ["line 17", "line 17"],
      ["line 18", "line 18"],
      ["line 19", "line 19"],
      ["old", "new"],
      ["line 0", "line 0"],
      ["line 1", "line 1"],
      ["line 2", "line 2"],
      17,
    ]);
  });

  test("no more lines are drawn than anybody reads", () => {
    const one = Array.from({ length: 5000 }, (_, index) => `one ${index}`);
    const other = Array.from({ length: 5000 }, (_, index) => `other ${index}`);
    const { rows, left } = diffRows(one, other);
    expect(rows).toHaveLength(2000);
    expect(left).toBe(3000);
  });
});
