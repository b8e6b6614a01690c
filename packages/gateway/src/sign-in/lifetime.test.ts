import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Lifetime } from "./lifetime.ts";

const START = Date.UTC(2026, 10, 21, 12);
const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: START, toFake: ["Date", "performance", "setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

test("an hour is renewed five minutes ahead", () => {
  const lifetime = new Lifetime();
  lifetime.begin(START + 60 * MINUTE);
  expect(lifetime.endsSoonIn).toBe(55 * MINUTE);
  vi.advanceTimersByTime(55 * MINUTE - 1);
  expect(lifetime).toMatchObject({ isEnding: false, isOver: false, isFresh: false });
  vi.advanceTimersByTime(1);
  expect(lifetime).toMatchObject({ isEnding: true, isOver: false, endsSoonIn: 0 });
  vi.advanceTimersByTime(5 * MINUTE);
  expect(lifetime.isOver).toBe(true);
});

test("two seconds are renewed after four fifths of them", () => {
  const lifetime = new Lifetime();
  lifetime.begin(START + 2000);
  expect(lifetime.isFresh).toBe(true);
  expect(lifetime.endsSoonIn).toBe(1600);
  vi.advanceTimersByTime(500);
  expect(lifetime.isFresh).toBe(false);
});

test("a clock that is set back does not make it longer, one that is set forward ends it", () => {
  const lifetime = new Lifetime();
  lifetime.begin(START + 10 * MINUTE);
  vi.setSystemTime(START - 120 * MINUTE);
  vi.advanceTimersByTime(10 * MINUTE);
  expect(lifetime.isOver).toBe(true);

  vi.setSystemTime(START);
  lifetime.begin(START + 10 * MINUTE);
  vi.setSystemTime(START + 120 * MINUTE);
  expect(lifetime.isOver).toBe(true);
});

test("of a process before, the clock on the wall is all there is", () => {
  const lifetime = new Lifetime();
  lifetime.recall(START + 10 * MINUTE);
  expect(lifetime).toMatchObject({ isFresh: false, isEnding: false, endsSoonIn: 9 * MINUTE });
});

test("without an end it is never about to end", () => {
  const lifetime = new Lifetime();
  lifetime.begin(null);
  vi.advanceTimersByTime(1000 * 60 * MINUTE);
  expect(lifetime).toMatchObject({ isEnding: false, isOver: false, endsSoonIn: null });
});
