import { statusOf } from "@local-mcp/contract/test-kit";
import { expect, test } from "vitest";
import { garbageText, stateNote } from "./server-views.ts";

test("lines that were not MCP are counted, and the last of them cannot rearrange the screen", () => {
  expect(garbageText({ lines: 0, last: null })).toBeNull();
  expect(garbageText({ lines: 1, last: "Welcome!" })).toBe(
    "1 line on stdout was not MCP: Welcome!",
  );
  expect(garbageText({ lines: 3, last: " \u001b[31mred\n" })).toBe(
    "3 lines on stdout were not MCP; the last: \\u001b[31mred",
  );
  expect(garbageText({ lines: 2, last: " " })).toBe("2 lines on stdout were not MCP.");
  expect(garbageText({ lines: 2, last: "=".repeat(2000) })).toHaveLength(203);
});

test("a server that is idle starts on the next call, where something runs that starts it", () => {
  const idle = statusOf({ state: "idle" });
  expect(stateNote(idle, true)).toBe("starts on the next call");
  expect(stateNote(idle, false)).toBeNull();
  expect(stateNote(statusOf(), true)).toBeNull();
});
