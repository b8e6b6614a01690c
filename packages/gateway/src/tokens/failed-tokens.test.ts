import { GatewayError } from "@local-mcp/contract";
import { expect, it } from "vitest";
import { FailedTokens } from "./failed-tokens.ts";

function start() {
  const clock = { now: 1_000_000 };
  const logged: unknown[] = [];
  const failed = new FailedTokens({
    now: () => clock.now,
    log: { info: () => {}, error: () => {}, warn: (_, fields) => void logged.push(fields) },
  });
  const fail = (address: string, times = 1) => {
    for (let at = 0; at < times; at++) failed.add(address);
  };
  const isHeldBack = (address: string): number => {
    try {
      failed.check(address);
      return 0;
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== "too_many_failures") throw error;
      return Number(error.params.seconds);
    }
  };
  return { clock, logged, failed, fail, isHeldBack };
}

it("ten failures in ten seconds are mistakes, and then it has to wait", () => {
  const { clock, logged, fail, isHeldBack } = start();
  fail("10.0.0.1", 9);
  expect(isHeldBack("10.0.0.1")).toBe(0);
  clock.now += 4000;
  fail("10.0.0.1");
  expect(isHeldBack("10.0.0.1")).toBe(6);
  expect(isHeldBack("10.0.0.2")).toBe(0);
  clock.now += 5999;
  expect(isHeldBack("10.0.0.1")).toBe(1);
  clock.now += 1;
  expect(isHeldBack("10.0.0.1")).toBe(0);
  expect(logged).toEqual([{ address: "10.0.0.1", count: 10 }]);
});

it("failures further apart never add up", () => {
  const { clock, logged, fail, isHeldBack } = start();
  for (let at = 0; at < 100; at++) {
    fail("10.0.0.1");
    clock.now += 1200;
    expect(isHeldBack("10.0.0.1")).toBe(0);
  }
  expect(logged).toEqual([]);
});

it("is said once in a window, however many come at once", () => {
  const { clock, logged, fail } = start();
  fail("10.0.0.1", 500);
  expect(logged).toHaveLength(1);
  clock.now += 10_000;
  fail("10.0.0.1", 500);
  expect(logged).toHaveLength(2);
});

it.each([
  ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true],
  ["2001:db8:1:2::1", "2001:db8:1:3::1", false],
  ["::1", "::ffff:0:1", true],
  ["::ffff:10.0.0.1", "10.0.0.1", true],
  ["fe80::1%eth0", "fe80::2%eth1", true],
  ["10.0.0.1", "10.0.0.2", false],
])("%s and %s are one: %s", (one, other, isOne) => {
  const { fail, isHeldBack } = start();
  fail(one, 10);
  expect(isHeldBack(other) > 0).toBe(isOne);
});

it("remembers a thousand addresses and not more", () => {
  const { failed, fail, isHeldBack } = start();
  for (let at = 0; at < 5000; at++) fail(`10.${at >> 8}.${at & 255}.1`, 10);
  expect(failed.size).toBe(1000);
  expect(isHeldBack("10.0.0.1")).toBe(0);
  expect(isHeldBack(`10.${4999 >> 8}.${4999 & 255}.1`)).toBe(10);
});
