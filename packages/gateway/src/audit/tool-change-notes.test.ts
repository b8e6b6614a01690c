import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ToolChangeNotes } from "./tool-change-notes.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const stage = () => {
  const written: string[] = [];
  const notes = new ToolChangeNotes(({ name }, tools) => {
    written.push(`${name}: ${tools.join(" ")}`);
  });
  const add = (name: string, ...tools: string[]) => notes.add({ id: `id of ${name}`, name }, tools);
  return { written, notes, add };
};

it("the first change of a server is written at once, the others together once a minute", () => {
  const { written, add } = stage();
  add("files", "read");
  for (let time = 0; time < 59; time += 1) {
    add("files", `tool ${time % 2}`);
    vi.advanceTimersByTime(1000);
  }
  add("other", "write");
  expect(written).toEqual(["files: read", "other: write"]);
  vi.advanceTimersByTime(1000);
  expect(written.slice(2)).toEqual(["files: tool 0 tool 1"]);
  vi.advanceTimersByTime(120_000);
  add("files", "read");
  expect(written.slice(3)).toEqual(["files: read"]);
});

it("what was gathered is written at the end, and of names without end a thousand", () => {
  const { written, notes, add } = stage();
  add("files", "read");
  add("other", "write");
  add("files", ...Array.from({ length: 1500 }, (_, index) => `t${index}`));
  notes.close();
  expect(written).toHaveLength(3);
  expect(written[2]?.split(" ")).toHaveLength(1001);
  vi.advanceTimersByTime(120_000);
  expect(written).toHaveLength(3);
});
