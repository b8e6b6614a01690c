import { describe, expect, test } from "vitest";
import { type DiffRow, diffRows } from "./line-diff.ts";

const pair = (row: DiffRow): unknown =>
  row.kind === "skipped" ? row.lines : [row.one?.text ?? null, row.other?.text ?? null];

describe("two lists of lines side by side", () => {
  test("changed lines stand beside each other, and more of one side beside nothing", () => {
    const { rows } = diffRows(["a", "b", "c", "z"], ["a", "x", "z", "more"]);
    expect(rows.map(pair)).toEqual([
      ["a", "a"],
      ["b", "x"],
      ["c", null],
      ["z", "z"],
      [null, "more"],
    ]);
    expect(rows.map((row) => row.kind === "lines" && row.other?.number)).toEqual([
      1,
      2,
      undefined,
      3,
      4,
    ]);
  });

  test("long runs that are alike are left out, and how long they were is said", () => {
    const alike = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    const { rows } = diffRows([...alike, "old", ...alike], [...alike, "new", ...alike]);
    expect(rows.map(pair)).toEqual([
      17,
      ["line 17", "line 17"],
      ["line 18", "line 18"],
      ["line 19", "line 19"],
      ["old", "new"],
      ["line 0", "line 0"],
      ["line 1", "line 1"],
      ["line 2", "line 2"],
      17,
    ]);
  });

  test("no more lines are drawn than anybody reads", () => {
    const one = Array.from({ length: 5000 }, (_, index) => `one ${index}`);
    const other = Array.from({ length: 5000 }, (_, index) => `other ${index}`);
    const { rows, left } = diffRows(one, other);
    expect(rows).toHaveLength(2000);
    expect(left).toBe(3000);
  });

  test("of lines that were too many to compare those that are alike do not differ", () => {
    const one = Array.from({ length: 3000 }, (_, index) => `line ${index}`);
    const other = one.map((text, index) => (index % 2 === 0 ? `${text}!` : text));
    const { rows } = diffRows(one, other);
    const differing = rows.filter((row) => row.kind === "lines" && row.differs);
    expect(differing).toHaveLength(1000);
  });
});
