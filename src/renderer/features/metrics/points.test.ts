import { describe, expect, test } from "vitest";
import {
  callsText,
  latenciesText,
  latencyCell,
  latencyText,
  marksOf,
  markText,
  pointsOf,
  spanText,
  zoneText,
} from "./points.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Local midnight of a day far from any change of the clock. */
const MIDNIGHT = new Date(2026, 6, 14).getTime();

const NOTHING = { calls: 0, errors: 0, p50Ms: null, p95Ms: null, p99Ms: null };

test("an interval without calls has no calls and no durations", () => {
  const points = pointsOf({
    stepMs: MINUTE,
    series: [
      { at: MIDNIGHT, calls: 5, errors: 2, p50Ms: 0, p95Ms: 20, p99Ms: 30 },
      { at: MIDNIGHT + MINUTE, ...NOTHING },
    ],
  });
  expect(points).toEqual([
    {
      at: MIDNIGHT,
      middle: MIDNIGHT + MINUTE / 2,
      until: MIDNIGHT + MINUTE,
      ok: 3,
      errors: 2,
      p50: 0,
      p95: 20,
      p99: 30,
    },
    {
      at: MIDNIGHT + MINUTE,
      middle: MIDNIGHT + 1.5 * MINUTE,
      until: MIDNIGHT + 2 * MINUTE,
      ok: 0,
      errors: 0,
      p50: null,
      p95: null,
      p99: null,
    },
  ]);
  expect(points.map(callsText)).toEqual(["5 calls, 2 errors", "nothing called"]);
  expect(points.map(latenciesText)).toEqual(["p50 0 ms, p95 20 ms, p99 30 ms", "nothing called"]);
});

test("durations are short, and never a zero that was not measured", () => {
  expect([0.4213, 9.96, 12.4, 999.4, 3120].map(latencyText)).toEqual([
    "0.42 ms",
    "10 ms",
    "12 ms",
    "999 ms",
    "3.1 s",
  ]);
  expect([latencyCell(null), latencyCell(0)]).toEqual(["–", "0 ms"]);
});

describe("marks of the time axis", () => {
  test("of a moment are seconds apart, and say so", () => {
    const from = MIDNIGHT + 9 * HOUR + 59 * MINUTE + 58_200;
    const marks = marksOf(from, from + 12_000);
    expect(marks.map((mark) => markText(mark, from, from + 12_000))).toEqual([
      "10:00:00",
      "10:00:02",
      "10:00:04",
      "10:00:06",
      "10:00:08",
      "10:00:10",
    ]);
    expect(spanText({ at: MIDNIGHT, until: MIDNIGHT + 5000 })).toBe("Jul 14, 00:00:00–00:00:05");
  });

  const from = MIDNIGHT + 9 * HOUR + 7 * MINUTE;
  const clocks = (range: number): string[] =>
    marksOf(from, from + range).map((mark) => {
      const date = new Date(mark);
      return `${date.getDate()} ${date.getHours()}:${date.getMinutes()}`;
    });
  test("are at round local times", () => {
    expect(clocks(HOUR)).toEqual([
      "14 9:10",
      "14 9:20",
      "14 9:30",
      "14 9:40",
      "14 9:50",
      "14 10:0",
    ]);
    expect(clocks(DAY)).toEqual(
      ["14 12", "14 15", "14 18", "14 21", "15 0", "15 3", "15 6", "15 9"].map((at) => `${at}:0`),
    );
    expect(clocks(7 * DAY)).toEqual([15, 16, 17, 18, 19, 20, 21].map((day) => `${day} 0:0`));
    expect(clocks(30 * DAY)).toEqual([19, 24, 29, 3, 8, 13].map((day) => `${day} 0:0`));
  });

  test("are midnights also where a day has 23 or 25 hours", () => {
    for (const month of [2, 9]) {
      const from = new Date(2026, month, 20).getTime();
      const marks = marksOf(from, from + 30 * DAY);
      expect(marks.map((mark) => new Date(mark).getHours())).toEqual(marks.map(() => 0));
    }
  });

  test("say the time within a day, and the day in longer ranges", () => {
    const at = MIDNIGHT + 14 * HOUR;
    expect(markText(at, MIDNIGHT, MIDNIGHT + DAY)).toBe("14:00");
    expect(markText(at, MIDNIGHT, MIDNIGHT + 7 * DAY)).toBe("Jul 14");
  });
});

test("an interval is said with its beginning and its end", () => {
  const at = MIDNIGHT + 14 * HOUR;
  expect(spanText({ at, until: at + 15 * MINUTE })).toBe("Jul 14, 14:00–14:15");
  expect(spanText({ at: MIDNIGHT, until: MIDNIGHT + DAY })).toBe("Jul 14");
  expect(spanText({ at: MIDNIGHT, until: MIDNIGHT + 7 * DAY })).toBe("Jul 14–Jul 20");
});

test("the time zone is named with its distance from Greenwich", () => {
  expect(zoneText(MIDNIGHT)).toMatch(/^[A-Za-z_/+-]+(, GMT[+-]\d+(:\d+)?)?$/);
});
