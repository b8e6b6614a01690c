import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dueAt } from "./due.ts";

const DAY = 86_400_000;
const zone = process.env.TZ;

/** The next moments at which backups are made when each is made as soon as it is due. */
function moments(time: string, from: number, count: number): number[] {
  const made = [from];
  for (let last = from; made.length <= count; made.push(last)) last = dueAt(time, last, last);
  return made.slice(1);
}

const local = (ms: number): string => new Date(ms).toLocaleString("sv-SE").slice(0, 16);

describe.each(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])(
  "in %s",
  (tz) => {
    beforeEach(() => {
      process.env.TZ = tz;
    });
    afterEach(() => {
      process.env.TZ = zone ?? "";
    });

    it.each(["00:00", "02:00", "02:30", "03:00", "23:59"])(
      "there is one at %s each day of a year, also where the clock changes",
      (time) => {
        const first = moments(time, new Date(2026, 0, 1, 12).getTime(), 1)[0] ?? 0;
        const days = moments(time, first, 365).map((at) => local(at).slice(0, 10));
        const expected = days.map((_, day) =>
          local(new Date(2026, 0, new Date(first).getDate() + 1 + day, 12).getTime()).slice(0, 10),
        );
        expect(days).toEqual(expected);
      },
    );

    it("one that was missed is due since then, however many were", () => {
      const now = new Date(2026, 5, 20, 9, 30).getTime();
      const due = new Date(2026, 5, 20, 2, 0).getTime();
      expect(dueAt("02:00", now - 9 * DAY, now)).toBe(due);
      expect(dueAt("02:00", null, now)).toBe(due);
      expect(dueAt("10:00", now - 2 * DAY, now)).toBe(new Date(2026, 5, 19, 10, 0).getTime());
    });

    it("one that was made is not made again before its next time", () => {
      const made = new Date(2026, 5, 20, 2, 0).getTime();
      const next = new Date(2026, 5, 21, 2, 0).getTime();
      expect(dueAt("02:00", made, made)).toBe(next);
      expect(dueAt("02:00", made, made + 23 * 3_600_000)).toBe(next);
      // Late, and yet of that day.
      expect(dueAt("02:00", made + 7 * 3_600_000, made + 8 * 3_600_000)).toBe(next);
    });

    it("one from the future says nothing", () => {
      const now = new Date(2026, 5, 20, 9, 30).getTime();
      expect(dueAt("02:00", now + 400 * DAY, now)).toBe(new Date(2026, 5, 20, 2, 0).getTime());
    });
  },
);
