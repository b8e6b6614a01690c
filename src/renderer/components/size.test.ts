import { expect, test } from "vitest";
import { textSize } from "./size.ts";

test("a text is as many bytes as are kept of it, and not as many as it has characters", () => {
  expect(textSize("日".repeat(1024))).toBe("3 KB");
  expect(textSize("abc")).toBe("3 bytes");
});
