import { describe, expect, it } from "vitest";
import { TimeBudget } from "./time-budget.ts";

function budget(options: { burstMs: number; share: number }) {
  let now = 1000;
  const one = new TimeBudget({ ...options, now: () => now });
  const pass = (ms: number): void => {
    now += ms;
  };
  return { one, pass };
}

describe("working time for one server", () => {
  it("is plenty at first", () => {
    const { one } = budget({ burstMs: 250, share: 0.02 });
    one.spend(249);
    expect(one.waitMs).toBe(0);
    one.spend(2);
    expect(one.waitMs).toBeGreaterThan(0);
  });

  it("is a share of the time that goes by after that", () => {
    const { one, pass } = budget({ burstMs: 10, share: 0.1 });
    one.spend(10);
    let spent = 0;
    for (let at = 0; at < 10_000;) {
      const wait = one.waitMs;
      if (wait === 0) {
        one.spend(2);
        spent += 2;
      }
      pass(wait || 1);
      at += wait || 1;
    }
    expect(spent).toBeGreaterThan(900);
    expect(spent).toBeLessThan(1100);
  });

  it("has recovered after the time that it names", () => {
    const { one, pass } = budget({ burstMs: 10, share: 0.02 });
    one.spend(15);
    pass(one.waitMs - 2);
    expect(one.waitMs).toBeGreaterThan(0);
    pass(2);
    expect(one.waitMs).toBe(0);
  });

  it("is not owed for ever, however long something seemed to take", () => {
    const { one } = budget({ burstMs: 250, share: 0.02 });
    one.spend(24 * 3_600_000);
    expect(one.waitMs).toBeLessThan(15_000);
  });

  it("does not grow over its burst, neither by time nor by what is given back", () => {
    const { one, pass } = budget({ burstMs: 10, share: 1 });
    pass(1_000_000);
    one.spend(-50);
    one.spend(10);
    expect(one.waitMs).toBeGreaterThan(0);
  });
});
