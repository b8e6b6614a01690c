import { expect, test } from "vitest";
import { keepOwnBinding } from "./native-binding.ts";

const kept = (named: string, resources: string | null): boolean => {
  const env = { LOCAL_MCP_SQLITE_BINDING: named };
  keepOwnBinding(env, resources);
  return env.LOCAL_MCP_SQLITE_BINDING === named;
};

test.each([
  ["/opt/app/resources/app.asar.unpacked/a.node", true],
  ["/tmp/a.node", false],
  ["/opt/app/resources/../../../tmp/a.node", false],
  ["/opt/app/resources-of-somebody/a.node", false],
  ["a.node", false],
])("a package loads %s: %s", (named, expected) => {
  expect(kept(named, "/opt/app/resources")).toBe(expected);
});

test("a work tree loads what it is told", () => {
  expect(kept("/cache/a.node", null)).toBe(true);
});
