import { describe, expect, it } from "vitest";
import type { ProcessEntry } from "./family.ts";
import { UsageMeter } from "./usage.ts";

const entry = (pid: number, cpuMs: number, startedAt = 1): ProcessEntry => ({
  pid,
  parent: 1,
  group: pid,
  startedAt,
  cpuMs,
  memoryBytes: 1000,
  marker: null,
});

const look = (meter: UsageMeter, now: number, ...members: ProcessEntry[]) =>
  meter.read(new Map([["one", members]]), now).get("one");

describe("what a server takes", () => {
  it("is all that its processes take together", () => {
    expect(look(new UsageMeter(), 0, entry(1, 30), entry(2, 12))).toEqual({
      processes: 2,
      memoryBytes: 2000,
      cpuPercent: null,
      cpuMs: 42,
    });
  });

  it("is nothing where it has none", () => {
    expect(look(new UsageMeter(), 0)).toBeUndefined();
  });

  it.each([
    ["what is spent between two looks", [entry(1, 500)], [entry(1, 700)], 20],
    ["all that a new process has spent", [entry(1, 500)], [entry(1, 500), entry(2, 300)], 30],
    ["nothing of one that has ended", [entry(1, 500), entry(2, 300)], [entry(1, 600)], 10],
    ["another under the same number", [entry(1, 500)], [entry(1, 100, 2)], 10],
    ["more than one core", [entry(1, 0), entry(2, 0)], [entry(1, 900), entry(2, 800)], 170],
  ])("counts %s", (_, before, after, percent) => {
    const meter = new UsageMeter();
    look(meter, 0, ...before);
    expect(look(meter, 1000, ...after)?.cpuPercent).toBe(percent);
  });

  it("is not told from two looks that are too close together, which are one then", () => {
    const meter = new UsageMeter();
    look(meter, 0, entry(1, 0));
    expect(look(meter, 100, entry(1, 100))?.cpuPercent).toBeNull();
    expect(look(meter, 1000, entry(1, 500))?.cpuPercent).toBe(50);
  });

  it("is not told from looks that are far apart, and then from the later one on", () => {
    const meter = new UsageMeter();
    look(meter, 0, entry(1, 0));
    expect(look(meter, 3_600_000, entry(1, 1000))?.cpuPercent).toBeNull();
    expect(look(meter, 3_601_000, entry(1, 1500))?.cpuPercent).toBe(50);
  });
});
