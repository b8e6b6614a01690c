import { expect, test } from "vitest";
import { garbageText, readable } from "./output.ts";

test("colours and titles for a terminal are left out, text stays", () => {
  const lines = [
    "\u001b[31merror\u001b[0m: [x] failed",
    "\u001b]0;title\u0007plain",
    "\u001b[2K\u001b[1Gprogress 10%",
  ];
  expect(readable(lines)).toBe("error: [x] failed\nplain\nprogress 10%");
});

test("a lone escape character stays to be seen", () => {
  expect(readable(["a\u001b"])).toBe("a\u001b");
});

test("lines that were not MCP are counted, and the last is quoted", () => {
  expect(garbageText({ lines: 0, last: null })).toBeNull();
  expect(garbageText({ lines: 1, last: "Welcome!" })).toBe(
    "1 line on stdout was not MCP: “Welcome!”. Logs belong on stderr.",
  );
  expect(garbageText({ lines: 1204, last: "\u001b[31mred\u001b[0m " })).toBe(
    "1,204 lines on stdout were not MCP; the last: “red”. Logs belong on stderr.",
  );
});

test("what cannot be quoted is not, and what is long is cut", () => {
  expect(garbageText({ lines: 2, last: "  " })).toBe(
    "2 lines on stdout were not MCP. Logs belong on stderr.",
  );
  const text = garbageText({ lines: 2, last: "=".repeat(2000) });
  expect(text).toContain("=…”");
  expect(text?.length).toBeLessThan(260);
});
