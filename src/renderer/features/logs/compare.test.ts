import type { LogDetail } from "@local-mcp/contract";
import { describe, expect, test } from "vitest";
import { comparedFacts, linesOf } from "./compare.ts";
import { logDetailFixture } from "./log.fixture.ts";

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
});
