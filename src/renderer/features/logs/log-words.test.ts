import { expect, test } from "vitest";
import { logDetailFixture } from "./log.fixture.ts";
import { barOf, clientOf, rowTime, sizeOf, whatOf } from "./log-words.ts";

test("a time is of today to the ms, of other days with its date", () => {
  const at = new Date(2026, 10, 21, 14, 2, 11, 84).getTime();
  expect(rowTime(at, new Date(2026, 10, 21, 23).getTime())).toBe("14:02:11.084");
  expect(rowTime(at, new Date(2026, 10, 22, 1).getTime())).toBe("11-21 14:02:11");
});

test("what was asked is said shortly", () => {
  expect(whatOf({ method: "tools/call", name: "create_issue" })).toBe("call create_issue");
  expect(whatOf({ method: "tools/list", name: null })).toBe("tools/list");
  expect(whatOf({ method: "toString", name: "here" })).toBe("toString here");
  expect(whatOf({ method: "completion/complete", name: "x" })).toBe("completion/complete x");
});

test("a client has the version that people know it by", () => {
  expect(clientOf(logDetailFixture({ client: "Cursor", clientVersion: "3.1.4-beta" }))).toBe(
    "Cursor 3.1",
  );
  expect(clientOf(logDetailFixture({ client: "app", clientVersion: null }))).toBe("app");
  expect(clientOf(logDetailFixture({ client: null }))).toBeNull();
});

test("sizes are of both messages, bars grow with each step of ten", () => {
  expect(sizeOf(logDetailFixture({ requestBytes: 5, responseBytes: null }))).toBe(5);
  expect(sizeOf(logDetailFixture({ requestBytes: null, responseBytes: null }))).toBeNull();
  expect(barOf(0)).toBe(0);
  expect(barOf(100_000)).toBe(1);
  expect(barOf(100)).toBeGreaterThan(barOf(10));
});
