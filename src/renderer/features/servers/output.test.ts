import { expect, test } from "vitest";
import { readable } from "./output.ts";

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
