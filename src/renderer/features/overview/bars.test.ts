import { expect, test } from "vitest";
import { barsOf } from "./bars.ts";

const series = (...calls: number[]) =>
  calls.map((n, at) => ({ at, calls: n, errors: 0, p50Ms: null, p95Ms: null, p99Ms: null }));

test("parts add up to the whole, in order", () => {
  expect(barsOf(series(1, 2, 3, 4, 5, 6), 3)).toEqual([3, 7, 11]);
  expect(barsOf(series(1, 2, 3, 4, 5), 2)).toEqual([6, 9]);
  const hour = barsOf(series(...Array.from({ length: 61 }, () => 1)), 12);
  expect(hour).toHaveLength(12);
  expect(hour.reduce((sum, calls) => sum + calls)).toBe(61);
});

test("fewer intervals than parts leave parts empty", () => {
  expect(barsOf(series(2, 3), 4)).toEqual([2, 0, 3, 0]);
  expect(barsOf([], 2)).toEqual([0, 0]);
});
