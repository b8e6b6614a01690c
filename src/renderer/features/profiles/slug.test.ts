import { profileSlug } from "@local-mcp/contract";
import { expect, test } from "vitest";
import { slugFor, slugProblem } from "./slug.ts";

test.each([
  ["Writing & letters", [], "writing-letters"],
  ["Dév", ["dev"], "dev-2"],
  ["dev", ["dev", "dev-2"], "dev-3"],
  ["API", [], "api-2"],
  ["日本", [], ""],
  ["", [], ""],
] as const)("%j with %j taken becomes %j", (name, taken, expected) => {
  expect(slugFor(name, taken)).toBe(expected);
});

test("a slug made free of a long name keeps its length", () => {
  const long = "x".repeat(80);
  const slug = slugFor(long, [long.slice(0, 50)]);
  expect(slug).toBe(`${"x".repeat(48)}-2`);
  expect(profileSlug.safeParse(slug).success).toBe(true);
});

test("what is wrong is said, and only then", () => {
  expect(slugProblem("dev", ["writing"])).toBeNull();
  expect(slugProblem("dev", ["dev"])).toBe(
    "There is a profile “dev” already. Choose another slug.",
  );
  expect(slugProblem("mcp", [])).toContain("used by the gateway itself");
  expect(slugProblem("Dev", [])).toContain("a-z");
  expect(slugProblem("", [])).toContain("1 to 50");
});
