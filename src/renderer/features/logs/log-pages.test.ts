import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logDetailFixture } from "./log.fixture.ts";
import { LogPages, PAGE_ROWS } from "./log-pages.ts";

const row = (id: number) => logDetailFixture({ id });
const rows = (from: number, many: number) =>
  Array.from({ length: many }, (_, offset) => row(from + offset));

describe("rows by their place", () => {
  test("are here when they were read, and missing where they were not", () => {
    const pages = new LogPages();
    pages.put(150, rows(1150, 100));
    expect(pages.at(149)).toBeUndefined();
    expect(pages.at(150)?.id).toBe(1150);
    expect(pages.at(249)?.id).toBe(1249);
    expect(pages.missing(150, 250)).toEqual([]);
    expect(pages.missing(100, 260)).toEqual([0, 1]);
    expect(pages.missing(400, 401)).toEqual([2]);
  });

  test("are forgotten where nobody looked for long, so that memory has an end", () => {
    const pages = new LogPages();
    pages.put(0, rows(1, PAGE_ROWS));
    for (let page = 1; page < 100; page += 1) {
      pages.missing(0, 10);
      pages.put(page * PAGE_ROWS, rows(page * 1000, PAGE_ROWS));
    }
    expect(pages.at(0)?.id).toBe(1);
    expect(pages.at(PAGE_ROWS)).toBeUndefined();
    expect(pages.at(99 * PAGE_ROWS)).toBeDefined();
    const kept = Array.from({ length: 100 }, (_, page) => pages.at(page * PAGE_ROWS)).filter(
      Boolean,
    );
    expect(kept.length).toBe(30);
  });

  test("are others when they changed", () => {
    const pages = new LogPages();
    pages.put(0, rows(1, 3));
    pages.update({ ...row(2), outcome: "error" });
    expect(pages.at(1)?.outcome).toBe("error");
    pages.update(row(99));
    expect(pages.find(99)).toBeNull();
  });
});

describe("a row that comes in between", () => {
  test("has a place by its id where its neighbours are here", () => {
    const pages = new LogPages();
    pages.put(0, [row(10), row(20), row(40)]);
    expect(pages.placeFor(30, 3)).toBe(2);
    expect(pages.placeFor(50, 3)).toBe(3);
    expect(pages.placeFor(5, 3)).toBe(0);
    expect(pages.placeFor(30, 1000)).toBe(2);
    expect(pages.placeFor(50, 1000)).toBeNull();
    expect(new LogPages().placeFor(7, 0)).toBe(0);
  });

  test("moves all after it by one, over pages that are here and such that are not", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 6 * PAGE_ROWS - 2 }),
        (numbers, index) => {
          const pages = new LogPages();
          const whole = rows(0, 6 * PAGE_ROWS).map(({ id }) => row(2 * id));
          for (const number of numbers)
            pages.put(
              number * PAGE_ROWS,
              whole.slice(number * PAGE_ROWS, (number + 1) * PAGE_ROWS),
            );
          pages.insert(index, row(2 * index - 1));
          const wanted = whole.toSpliced(index, 0, row(2 * index - 1));
          for (let at = 0; at < 6 * PAGE_ROWS; at += 1) {
            // What is not known may be missing, but nothing is at the place of another.
            expect([undefined, wanted[at]?.id]).toContain(pages.at(at)?.id);
          }
          const untouched = numbers
            .map((number) => (number + 1) * PAGE_ROWS - 1)
            .filter((last) => last < index);
          expect(untouched.map((at) => pages.at(at)?.id)).toEqual(untouched.map((at) => 2 * at));
        },
      ),
      { numRuns: 30 },
    );
  });
});
