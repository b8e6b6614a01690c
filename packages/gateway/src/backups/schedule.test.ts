import { GatewayError } from "@local-mcp/contract";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Schedule } from "./schedule.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const open: Schedule[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  // Local time: what is tested is the same in every zone.
  vi.setSystemTime(new Date(2026, 5, 20, 12, 0));
});
afterEach(async () => {
  for (const schedule of open.splice(0)) await schedule.close();
  vi.useRealTimers();
});

/** A schedule over backups that take no time; `made` holds when each was made. */
function scheduled(changes: { time?: string | null; last?: number | null } = {}) {
  const state = {
    time: "02:00" as string | null,
    last: new Date(2026, 5, 20, 2, 0).getTime() as number | null,
    isBusy: false,
    fails: null as Error | null,
    made: [] as number[],
    failures: [] as unknown[],
    ...changes,
  };
  const schedule = new Schedule({
    now: () => Date.now(),
    time: () => state.time,
    last: async () => state.last,
    isBusy: () => state.isBusy,
    make: async () => {
      if (state.fails !== null) throw state.fails;
      state.last = Date.now();
      state.made.push(state.last);
    },
    onFailure: (error) => state.failures.push(error),
  });
  open.push(schedule);
  return { schedule, state };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const clock = (ms: number): string => new Date(ms).toTimeString().slice(0, 5);

it("makes one each day at its time, and no other", async () => {
  const { schedule, state } = scheduled();
  schedule.start();
  await pass(72 * HOUR);
  expect(state.made.map(clock)).toEqual(["02:00", "02:00", "02:00"]);
  expect(schedule.nextAt).toBe(new Date(2026, 5, 24, 2, 0).getTime());
});

it("makes a missed one minutes after the start, not at once", async () => {
  const { schedule, state } = scheduled({ last: null });
  schedule.start();
  await pass(2 * MINUTE);
  expect(state.made).toEqual([]);
  expect(schedule.nextAt).toBe(new Date(2026, 5, 20, 12, 3).getTime());
  await pass(2 * MINUTE);
  expect(state.made.map(clock)).toEqual(["12:03"]);
  await pass(12 * HOUR);
  expect(state.made).toHaveLength(1);
});

it("makes one that was slept through soon after waking, with its timers standing still", async () => {
  const { schedule, state } = scheduled();
  schedule.start();
  await pass(MINUTE);
  // The clock went on, and no timer with it.
  vi.setSystemTime(new Date(2026, 5, 22, 8, 0));
  schedule.resumed();
  await pass(MINUTE);
  expect(state.made).toEqual([]);
  await pass(2 * MINUTE);
  expect(state.made.map(clock)).toEqual(["08:02"]);
});

it("notices within minutes that the clock is another though nobody says so", async () => {
  const { schedule, state } = scheduled();
  schedule.start();
  await pass(5 * MINUTE);
  vi.setSystemTime(new Date(2026, 5, 22, 8, 0));
  await pass(11 * MINUTE);
  expect(state.made).toHaveLength(1);
});

it("waits for a job that is under way, and for one that begins in the same moment", async () => {
  const { schedule, state } = scheduled({ last: null });
  state.isBusy = true;
  schedule.start();
  await pass(20 * MINUTE);
  expect(state.made).toEqual([]);
  state.isBusy = false;
  state.fails = new GatewayError("backup_busy");
  await pass(2 * MINUTE);
  state.fails = null;
  await pass(2 * MINUTE);
  expect(state.made).toHaveLength(1);
  expect(state.failures).toEqual([]);
});

it("tries again each hour after a failure, and at once where a person has changed something", async () => {
  const { schedule, state } = scheduled({ last: null });
  state.fails = new GatewayError("backup_folder_unusable", { folder: "/x", reason: "gone" });
  schedule.start();
  await pass(4 * MINUTE);
  expect(state.failures).toHaveLength(1);
  await pass(3 * HOUR);
  expect(state.failures).toHaveLength(4);
  state.fails = null;
  schedule.changed();
  await pass(MINUTE);
  expect(state.made).toHaveLength(1);
});

it("makes none while it is off, before it is started and after it was closed", async () => {
  const { schedule, state } = scheduled({ last: null, time: null });
  expect(schedule.nextAt).toBeNull();
  schedule.start();
  await pass(48 * HOUR);
  expect([state.made, schedule.nextAt]).toEqual([[], null]);
  state.time = "02:00";
  schedule.changed();
  await schedule.close();
  expect(vi.getTimerCount()).toBe(0);
  await pass(48 * HOUR);
  expect(state.made).toEqual([]);

  const unstarted = scheduled({ last: null });
  unstarted.schedule.resumed();
  unstarted.schedule.changed();
  await pass(48 * HOUR);
  expect(unstarted.state.made).toEqual([]);
});

it("does not make one after the other where the clock is set back", async () => {
  const { schedule, state } = scheduled({ last: null });
  schedule.start();
  await pass(4 * MINUTE);
  vi.setSystemTime(new Date(2026, 5, 19, 9, 0));
  await pass(30 * MINUTE);
  expect(state.made.length).toBeLessThanOrEqual(2);
});
