import { expect, test } from "vitest";
import { refusedSwitch } from "./debugging.ts";

const given = (name: string) => (asked: string) => asked === name;

test.each(["remote-debugging-port", "remote-debugging-pipe"])("a release refuses --%s", (name) => {
  expect(refusedSwitch({ packaged: true, inspected: false, has: given(name) })).toBe(name);
});

test("without such a switch it starts, and so does one that is no release", () => {
  const has = given("remote-debugging-port");
  expect(refusedSwitch({ packaged: true, inspected: false, has: given("hidden") })).toBeNull();
  expect(refusedSwitch({ packaged: false, inspected: false, has })).toBeNull();
  expect(refusedSwitch({ packaged: true, inspected: true, has })).toBeNull();
});
