import { expect, test } from "vitest";
import { isOwnUrl } from "./security.ts";

test("only our own page is ours", () => {
  expect(isOwnUrl("app://gateway/index.html#/x", null)).toBe(true);
  expect(isOwnUrl("http://localhost:5173/x", "http://localhost:5173/")).toBe(true);
  expect(isOwnUrl("http://localhost:5174/x", "http://localhost:5173/")).toBe(false);
});

test.each([
  "app://gateway.evil/",
  "app://evil/",
  "app://gateway:1/",
  "https://gateway/",
  "file:///gateway",
  "about:blank",
  "",
  "http://localhost:5173/",
])("%s is not", (url) => {
  expect(isOwnUrl(url, null)).toBe(false);
});
