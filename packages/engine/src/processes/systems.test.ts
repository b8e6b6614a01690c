import { describe, expect, it } from "vitest";
import { familyOf } from "./family.ts";
import { parseStat } from "./linux.ts";
import { parseLine } from "./macos.ts";
import { MARKER } from "./marker.ts";
import { parseProcesses, taskkillArguments } from "./windows.ts";

describe("what Linux tells of a process", () => {
  const stat = (name: string, state = "S"): string =>
    `321 (${name}) ${state} 1 320 319 0 -1 4194304 101 0 0 0 150 50 0 0 20 0 1 0 98765 3133440 358 0`;

  it.each(["node", "a b", "((sd-pam))", ") S 9 9 9", "new\nline"])(
    "is read whatever its name: %j",
    (name) => {
      expect(parseStat(stat(name))).toMatchObject({
        parent: 1,
        group: 320,
        startedAt: 98_765,
        cpuMs: 2000,
      });
    },
  );

  it.each([
    ["one that only waits for its parent", stat("node", "Z")],
    ["one that is about to end", stat("node", "X")],
    ["one that is gone", ""],
  ])("is nothing of %s", (_, text) => {
    expect(parseStat(text)).toBeNull();
  });

  it("is all of one whose first thread has ended before others", () => {
    expect(parseStat(stat("node", "Z").replace(" 0 1 0 98765", " 0 2 0 98765"))).not.toBeNull();
  });
});

describe("what ps of macOS tells of a process", () => {
  it("is read with the marker behind its command", () => {
    const line = `  501   499   500 Ss    12345   1:02.50 Sat Nov 21 09:08:07 2026 node server.js HOME=/Users/a ${MARKER}=aa.bb.3 TERM=x`;
    expect(parseLine(line)).toEqual({
      pid: 501,
      parent: 499,
      group: 500,
      startedAt: Date.parse("2026-11-21T09:08:07Z"),
      cpuMs: 62_500,
      memoryBytes: 12_345 * 1024,
      marker: "aa.bb.3",
    });
  });

  it.each([
    ["hours", "2:00:01.00", 7_201_000],
    ["days", "1-00:00:00.00", 86_400_000],
  ])("counts %s", (_, time, cpuMs) => {
    const line = `1 0 1 S 8 ${time} Sat Nov  7 09:08:07 2026 launchd`;
    expect(parseLine(line)).toMatchObject({ pid: 1, cpuMs, marker: null });
  });

  it("is nothing of one that only waits for its parent, and of other lines", () => {
    expect(parseLine("5 1 5 Z 0 0:00.00 Sat Nov  7 09:08:07 2026 (node)")).toBeNull();
    expect(parseLine("")).toBeNull();
  });
});

describe("what Windows tells of processes", () => {
  const printed = JSON.stringify([
    { pid: 4, parent: 0, memory: 1, cpu: 1, started: null },
    { pid: 10, parent: 2, memory: 4096, cpu: 25_000_000, started: 1000 },
    { pid: 12, parent: 10, memory: 1, cpu: 0, started: 1500 },
    { pid: 13, parent: 11, memory: 1, cpu: 0, started: 1600 },
    { pid: 14, parent: 10, memory: 1, cpu: 0, started: 900 },
  ]);

  it("is read without those of the system, which tell no date", () => {
    const all = parseProcesses(printed);
    expect(all.map(({ pid }) => pid)).toEqual([10, 12, 13, 14]);
    expect(all[0]).toMatchObject({ parent: 2, startedAt: 1000, cpuMs: 2500, memoryBytes: 4096 });
  });

  it("is read of a single one, which is printed without a list around it", () => {
    const one = JSON.stringify({ pid: 10, parent: 2, memory: 1, cpu: 0, started: 5 });
    expect(parseProcesses(one)).toHaveLength(1);
  });

  it("makes a tree, without those that name an earlier process of the same number", () => {
    const family = familyOf(parseProcesses(printed), {
      isMarked: () => false,
      leader: 10,
      group: null,
      known: [],
      formerParents: [{ pid: 11, startedAt: 1550, seenAt: 1700 }],
    });
    expect(family.map(({ pid }) => pid)).toEqual([10, 13, 12]);
  });

  it("is ended by number, each by its own", () => {
    expect(taskkillArguments([{ pid: 10 }, { pid: 12 }])).toEqual([
      "/F",
      "/PID",
      "10",
      "/PID",
      "12",
    ]);
  });
});
