import { tokenRight } from "@local-mcp/contract";
import { expect, test } from "vitest";
import { revokedText, revokeText, RIGHTS, rightsLine, usedText } from "./texts.ts";

test("each right has one sentence", () => {
  for (const right of tokenRight.options) expect(RIGHTS[right].sentence).toMatch(/^[A-Z].*\.$/);
});

test("rights read as one line", () => {
  expect(rightsLine(["use"])).toBe("Use");
  expect(rightsLine(["use", "manage", "processes"])).toBe("Use, manage, start processes");
});

test("a token that nobody used says so", () => {
  expect(usedText(null)).toBe("never used");
  expect(usedText(0, 5 * 60_000)).toBe("used 5 min ago");
});

test("revoking counts the connections it ends", () => {
  expect(revokedText("Cursor", 0)).toBe("“Cursor” can no longer connect.");
  expect(revokedText("Cursor", 1)).toBe(
    "“Cursor” can no longer connect. 1 open connection was ended.",
  );
  expect(revokedText("Cursor", 2)).toBe(
    "“Cursor” can no longer connect. 2 open connections were ended.",
  );
  expect(revokeText(2)).toContain("2 open connections are ended.");
});
