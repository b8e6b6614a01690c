import { describe, expect, it } from "vitest";
import { familyOf, type FamilyTraits, type ProcessEntry } from "./family.ts";

const entry = (pid: number, parent: number, more: Partial<ProcessEntry> = {}): ProcessEntry => ({
  pid,
  parent,
  group: pid,
  startedAt: 100,
  cpuMs: 0,
  memoryBytes: 0,
  marker: null,
  ...more,
});

const NOBODY: FamilyTraits = {
  isMarked: () => false,
  leader: null,
  group: null,
  known: [],
  formerParents: [],
};

const pids = (entries: ProcessEntry[], traits: Partial<FamilyTraits>): number[] =>
  familyOf(entries, { ...NOBODY, ...traits })
    .map(({ pid }) => pid)
    .toSorted((a, b) => a - b);

describe("the processes of a server", () => {
  const isMarked = (marker: string): boolean => marker === "ours";

  it("are those with its marker, wherever they are", () => {
    const all = [
      entry(10, 1, { marker: "ours" }),
      entry(11, 1, { marker: "theirs" }),
      entry(12, 1),
    ];
    expect(pids(all, { isMarked })).toEqual([10]);
  });

  it("are those of its group, with whatever environment", () => {
    expect(pids([entry(10, 1, { group: 7 }), entry(11, 1)], { group: 7 })).toEqual([10]);
  });

  it("are the one that was started and all below it, however deep", () => {
    const all = [entry(13, 12), entry(12, 11), entry(11, 10), entry(10, 2), entry(2, 1)];
    expect(pids(all, { leader: 10 })).toEqual([10, 11, 12, 13]);
  });

  it("are those that were seen before, with what they have started since", () => {
    const all = [entry(10, 1, { startedAt: 5 }), entry(11, 10, { startedAt: 9 })];
    expect(pids(all, { known: [{ pid: 10, startedAt: 5 }] })).toEqual([10, 11]);
  });

  it("are not others under a number that was one of theirs", () => {
    const all = [entry(10, 1, { startedAt: 6 }), entry(11, 10, { startedAt: 9 })];
    expect(pids(all, { known: [{ pid: 10, startedAt: 5 }] })).toEqual([]);
  });

  it("are not older than the one whose number they name as their parent", () => {
    const all = [entry(10, 1, { marker: "ours", startedAt: 50 }), entry(11, 10, { startedAt: 49 })];
    expect(pids(all, { isMarked })).toEqual([10]);
  });

  it("are what a parent that is gone started while it was there, where its number stays", () => {
    const all = [
      entry(20, 10, { startedAt: 99 }),
      entry(21, 10, { startedAt: 100 }),
      entry(22, 10, { startedAt: 200 }),
      entry(23, 10, { startedAt: 201 }),
      entry(24, 21, { startedAt: 300 }),
    ];
    const formerParents = [{ pid: 10, startedAt: 100, seenAt: 200 }];
    expect(pids(all, { formerParents })).toEqual([21, 22, 24]);
  });

  it("are never we ourselves", () => {
    expect(pids([entry(process.pid, 1, { marker: "ours" })], { isMarked })).toEqual([]);
  });

  it("are never what started us, nor what we have started ourselves", () => {
    const all = [
      entry(10, 1, { marker: "ours", startedAt: 1 }),
      entry(11, 10, { marker: "ours", startedAt: 2 }),
      entry(process.pid, 11, { marker: "ours", startedAt: 3 }),
      entry(12, process.pid, { startedAt: 4 }),
      entry(13, 11, { marker: "ours", startedAt: 5 }),
    ];
    expect(pids(all, { isMarked })).toEqual([13]);
  });
});
