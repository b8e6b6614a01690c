import { expect, it } from "vitest";
import { Random } from "./random.ts";
import { slopeOf } from "./slope.ts";

/** Two hours of a memory that goes up and down by some MB, a sample each 20 s, and a slope per hour. */
const memory = (perHour: number) => {
  const random = new Random(7);
  return Array.from({ length: 360 }, (_, index) => {
    const x = index / 180;
    return { x, y: 100 + perHour * x + 6 * random.next() };
  });
};

it("finds the slope of a line in spite of points that are far from it", () => {
  const line = memory(12).map((point, index) =>
    index % 50 === 0 ? { ...point, y: point.y + 300 } : point,
  );
  const { slope, low, high } = slopeOf(line);
  expect(slope).toBeGreaterThan(11.5);
  expect(slope).toBeLessThan(12.5);
  expect(low).toBeLessThan(slope);
  expect(high).toBeGreaterThan(slope);
  expect(high - low).toBeLessThan(2);
});

it("has nothing between its limits but about nothing where nothing grows", () => {
  const { low, high } = slopeOf(memory(0));
  expect(low).toBeLessThan(0.1);
  expect(high).toBeGreaterThan(-0.1);
});

it("is exact where there is no noise, and refuses too few points", () => {
  const points = [0, 1, 2, 3].map((x) => ({ x, y: 5 - 2 * x }));
  expect(slopeOf(points)).toEqual({ slope: -2, low: -2, high: -2 });
  expect(() => slopeOf(points.slice(0, 2))).toThrow("too few");
});
