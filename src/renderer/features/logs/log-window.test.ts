import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  drawnRows,
  lastTop,
  MOST_ROWS,
  rebased,
  ROW_HEIGHT,
  rowsOn,
  scrolledTo,
  scrolledToEnd,
} from "./log-window.ts";

const MAX_PX = 33_554_428;
/** Somewhere in a list, as a page may be. */
const somewhere = fc
  .record({
    count: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 5_000_000 })),
    height: fc.integer({ min: 40, max: 1600 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    baseShare: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ count, height, share, baseShare }) => {
    const base = Math.floor(Math.max(0, count - MOST_ROWS) * baseShare);
    return { count, height, base, top: lastTop(rowsOn(count, base), height) * share };
  });

test("the area is never higher than the browser draws", () => {
  expect(MOST_ROWS * ROW_HEIGHT).toBeLessThan(MAX_PX);
});

describe("rows to draw", () => {
  test("are all that are seen, a few more, and few altogether", () => {
    fc.assert(
      fc.property(somewhere, (seen) => {
        const { first, end } = drawnRows(seen);
        const firstSeen = seen.base + Math.floor(seen.top / ROW_HEIGHT);
        const lastSeen = Math.min(
          seen.count,
          seen.base + Math.ceil((seen.top + seen.height) / ROW_HEIGHT),
        );
        expect(first).toBeLessThanOrEqual(firstSeen);
        expect(end).toBeGreaterThanOrEqual(lastSeen);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(seen.count);
        expect(end - first).toBeLessThanOrEqual(Math.ceil(seen.height / ROW_HEIGHT) + 26);
      }),
    );
  });

  test("stay the same while less than a few rows are scrolled", () => {
    const at = (top: number) => drawnRows({ count: 1000, base: 0, top, height: 280 });
    expect(at(2803)).toEqual(at(2800));
    expect(at(2800 + 4 * ROW_HEIGHT)).not.toEqual(at(2800));
  });
});

describe("where there are more rows than fit on the area", () => {
  test("what is seen stays where it is when another part is shown", () => {
    fc.assert(
      fc.property(somewhere, (seen) => {
        const next = rebased(seen);
        expect(next.base * ROW_HEIGHT + next.top).toBeCloseTo(seen.base * ROW_HEIGHT + seen.top, 3);
        expect(next.base).toBeGreaterThanOrEqual(0);
        expect(next.base).toBeLessThanOrEqual(Math.max(0, seen.count - MOST_ROWS));
      }),
    );
  });

  test("every row is come to by scrolling on", () => {
    const count = 3_000_000;
    const height = 700;
    let seen = { count, height, ...scrolledToEnd({ count, height }) };
    for (let steps = 0; steps < 20 && seen.base > 0; steps += 1) {
      seen = { ...seen, ...rebased({ ...seen, top: 0 }) };
    }
    expect(seen.base).toBe(0);
    for (let steps = 0; steps < 20 && seen.base < count - MOST_ROWS; steps += 1) {
      const top = lastTop(rowsOn(count, seen.base), height);
      seen = { ...seen, ...rebased({ ...seen, top }) };
    }
    expect(seen.base).toBe(count - MOST_ROWS);
  });

  test("few rows are never shown in parts", () => {
    expect(rebased({ count: 500, height: 700, base: 0, top: 0 })).toEqual({ base: 0, top: 0 });
  });
});

describe("going to a row", () => {
  test("shows it whole, wherever it is", () => {
    fc.assert(
      fc.property(somewhere, fc.double({ min: 0, max: 1, noNaN: true }), (seen, share) => {
        fc.pre(seen.count > 0);
        const index = Math.min(seen.count - 1, Math.floor(seen.count * share));
        const { base, top } = scrolledTo(index, seen);
        const y = (index - base) * ROW_HEIGHT - top;
        expect(y).toBeGreaterThanOrEqual(-0.01);
        expect(y + ROW_HEIGHT).toBeLessThanOrEqual(Math.max(seen.height, ROW_HEIGHT) + 0.01);
      }),
    );
  });

  test("leaves everything where it is when it is seen already", () => {
    const seen = { count: 1000, base: 0, top: 1400, height: 700 };
    expect(scrolledTo(60, seen)).toEqual({ base: 0, top: 1400 });
  });

  test("the end is the last row at the bottom", () => {
    expect(scrolledToEnd({ count: 100, height: 280 })).toEqual({ base: 0, top: 2520 });
    expect(scrolledToEnd({ count: 3, height: 280 })).toEqual({ base: 0, top: 0 });
  });
});
