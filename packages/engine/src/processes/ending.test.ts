import { describe, expect, it } from "vitest";
import { signalUntilGone } from "./ending.ts";
import type { ProcessEntry } from "./family.ts";
import type { Signal } from "./process-system.ts";

const entry = (pid: number): ProcessEntry => ({
  pid,
  parent: 1,
  group: pid,
  startedAt: 1,
  cpuMs: 0,
  memoryBytes: 0,
  marker: null,
});

/** What is there at each look, and then nothing. */
const end = async (signal: Signal, ...looks: number[][]) => {
  const sent: number[][] = [];
  const left = await signalUntilGone(
    signal,
    10_000,
    async () => (looks.shift() ?? []).map(entry),
    async (members) => void sent.push(members.map(({ pid }) => pid)),
  );
  return { sent, left };
};

describe("what is being ended", () => {
  it("is asked once, and so is what turns up meanwhile", async () => {
    const { sent, left } = await end("SIGTERM", [1, 2], [2, 3], [2, 3]);
    expect(sent).toEqual([[1, 2], [3]]);
    expect(left).toEqual([]);
  });

  it("is killed as long as it is there", async () => {
    expect((await end("SIGKILL", [1, 2], [2])).sent).toEqual([[1, 2], [2]]);
  });

  it("is gone once two looks one after the other show nothing", async () => {
    expect((await end("SIGTERM", [1], [], [2], [], [])).sent).toEqual([[1], [2]]);
  });
});
