import { expect, test } from "vitest";
import { cpuText, memoryText, usageText, withLastCpu } from "./usage.ts";

const MIB = 1024 * 1024;

test.each([
  [0, "0 MB"],
  [142.4 * MIB, "142 MB"],
  [1023.4 * MIB, "1023 MB"],
  [1023.5 * MIB, "1.0 GB"],
  [1434 * MIB, "1.4 GB"],
])("%i bytes are %s", (bytes, text) => {
  expect(memoryText(bytes)).toBe(text);
});

test("CPU is whole per cent, more than 100 on several cores, and nothing is made up", () => {
  expect(cpuText(0.6)).toBe("1 %");
  expect(cpuText(342.2)).toBe("342 %");
  expect(cpuText(0)).toBe("0 %");
  expect(cpuText(null)).toBe("…");
});

test("one line for a page's head", () => {
  const usage = { processes: 3, memoryBytes: 142 * MIB, cpuPercent: 1.2, cpuMs: 5000 };
  expect(usageText(usage)).toBe("Processes 3 · 142 MB · 1 %");
});

test("a CPU figure stays until it is measured anew, and goes with its server", () => {
  const row = (serverId: string, cpuPercent: number | null) => ({
    serverId,
    name: serverId,
    usage: { processes: 1, memoryBytes: MIB, cpuPercent, cpuMs: 0 },
  });
  const before = [row("a", 12), row("b", 3)];
  expect(withLastCpu(before, [row("a", null), row("c", null)])).toEqual([
    row("a", 12),
    row("c", null),
  ]);
  expect(withLastCpu(before, [row("a", 0)])).toEqual([row("a", 0)]);
});
