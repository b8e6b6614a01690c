import { expect, test } from "vitest";
import { narrowed } from "./narrow.ts";

test.each([
  ["", "tool", "search", "tool:search"],
  ["status:error", "server", "my files", 'status:error server:"my files"'],
  ["tool:create_* status:error", "tool", "search", "tool:search status:error"],
  ["-tool:ping", "tool", "search", "-tool:ping tool:search"],
  ['text:"tool:old"', "tool", "search", 'text:"tool:old" tool:search'],
] as const)("%j narrowed by %s %s is %j", (filter, key, value, expected) => {
  expect(narrowed(filter, key, value)).toBe(expected);
});
