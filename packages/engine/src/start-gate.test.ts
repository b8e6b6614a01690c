import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { StartGate } from "./start-gate.ts";
import { turn } from "./upstream/test-kit.ts";

/** Longer than it takes to start eight, one in each turn of the event loop. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await turn();
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Servers at a gate, which are up when the test says so. */
function gate(count: number) {
  const kept = new StartGate();
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const enter = (from = 0): void => {
    for (let at = from; at < from + count; at += 1) {
      kept.enter(() => {
        begun.push(at);
        return new Promise((resolve) => (ends[at] = resolve));
      });
    }
  };
  enter();
  const up = async (at: number) => {
    ends[at]?.();
    await settle();
  };
  return { kept, begun, up };
}

describe("servers that are to be started", () => {
  it("are so eight at a time, in order, one per turn of the event loop", async () => {
    const { begun, up } = gate(12);
    expect(begun).toEqual([0]);
    await turn();
    expect(begun).toEqual([0, 1]);
    await settle();
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await up(5);
    expect(begun.at(-1)).toBe(8);
    await up(0);
    await up(1);
    await up(2);
    expect(begun).toHaveLength(12);
    for (let at = 0; at < 12; at += 1) await up(at);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("wait three seconds for one that hangs, and no longer", async () => {
    const { begun } = gate(20);
    await settle();
    vi.advanceTimersByTime(2999);
    await settle();
    expect(begun).toHaveLength(8);
    vi.advanceTimersByTime(1);
    await settle();
    expect(begun).toHaveLength(16);
  });

  it("are not started any more once it is closed", async () => {
    const { kept, begun, up } = gate(12);
    await settle();
    kept.close();
    await up(0);
    expect(begun).toHaveLength(8);
  });
});
