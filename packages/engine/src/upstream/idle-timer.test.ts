import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { IdleTimer } from "./idle-timer.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function watched(idleMs = 10_000) {
  let ms = idleMs;
  let isHeld = false;
  let idle = 0;
  const timer = new IdleTimer({
    idleMs: () => ms,
    isHeld: () => isHeld,
    onIdle: () => {
      idle += 1;
      timer.stop();
    },
  });
  return {
    timer,
    idle: () => idle,
    hold: (held: boolean) => void (isHeld = held),
    setIdleMs: (next: number) => void (ms = next),
  };
}

describe("an idle timer", () => {
  it("tells once nothing has happened for so long since the last use", () => {
    const { timer, idle } = watched();
    timer.start();
    vi.advanceTimersByTime(9000);
    timer.touch();
    vi.advanceTimersByTime(9999);
    expect(idle()).toBe(0);
    vi.advanceTimersByTime(1);
    expect(idle()).toBe(1);
    vi.advanceTimersByTime(60_000);
    expect(idle()).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits all of the time once more after it was held", () => {
    const { timer, idle, hold } = watched();
    timer.start();
    hold(true);
    vi.advanceTimersByTime(25_000);
    expect(idle()).toBe(0);
    hold(false);
    vi.advanceTimersByTime(4999);
    expect(idle()).toBe(0);
    vi.advanceTimersByTime(1);
    expect(idle()).toBe(1);
  });

  it("has no timer where it never ends, and begins when it has an end", () => {
    const { timer, idle, setIdleMs } = watched(0);
    timer.start();
    expect(vi.getTimerCount()).toBe(0);
    setIdleMs(1000);
    timer.start();
    vi.advanceTimersByTime(1000);
    expect(idle()).toBe(1);
  });

  it("tells nothing after it was stopped, nor where its time was taken away", () => {
    const { timer, idle, setIdleMs } = watched();
    timer.start();
    timer.stop();
    expect(vi.getTimerCount()).toBe(0);
    timer.start();
    setIdleMs(0);
    timer.start();
    vi.advanceTimersByTime(60_000);
    expect(idle()).toBe(0);
  });
});
