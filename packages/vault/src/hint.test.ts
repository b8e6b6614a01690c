import { expect, test } from "vitest";
import { hintOf } from "./hint.ts";

test("only values of 20 characters or more have a hint, of their last four", () => {
  expect(hintOf("")).toBeNull();
  expect(hintOf("1234567890123456789")).toBeNull();
  expect(hintOf("12345678901234567890")).toBe("7890");
  expect(hintOf("ghp_abcdefghijklmnopqrstuvwxyz4f2a")).toBe("4f2a");
});

test("a hint never begins with half of an emoji", () => {
  expect(hintOf(`${"x".repeat(20)}😀abc`)).toBe("abc");
});
