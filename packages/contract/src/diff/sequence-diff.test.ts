import { array, assert, constantFrom, property } from "fast-check";
import { expect, test } from "vitest";
import { type DiffPart, sequenceDiff } from "./sequence-diff.ts";

const texts = (parts: readonly DiffPart[], ...kinds: DiffPart["kind"][]): string[] =>
  parts.filter(({ kind }) => kinds.includes(kind)).map(({ text }) => text);

/** By the definition: how many texts both can have in common, in their order. */
function inCommon(a: readonly string[], b: readonly string[]): number {
  let row = b.map(() => 0);
  for (const one of a) {
    const next: number[] = [];
    b.forEach((other, at) => {
      const best = Math.max(row[at] ?? 0, next[at - 1] ?? 0);
      next.push(one === other ? (row[at - 1] ?? 0) + 1 : best);
    });
    row = next;
  }
  return row.at(-1) ?? 0;
}

const lists = array(constantFrom("a", "b", "c", "d"), { maxLength: 30 });

test("both lists come back from it, and no more differs than has to", () => {
  assert(
    property(lists, lists, (a, b) => {
      const parts = sequenceDiff(a, b);
      expect(texts(parts, "same", "removed")).toEqual(a);
      expect(texts(parts, "same", "added")).toEqual(b);
      expect(texts(parts, "same")).toHaveLength(inCommon(a, b));
    }),
    { numRuns: 500 },
  );
});

test("what is taken at a place stands before what is put there", () => {
  assert(
    property(lists, lists, (a, b) => {
      const kinds = sequenceDiff(a, b).map(({ kind }) => kind);
      expect(kinds.some((kind, at) => kind === "removed" && kinds[at - 1] === "added")).toBe(false);
    }),
  );
});

test("a few changes are found in the longest lists", () => {
  const before = Array.from({ length: 50_000 }, (_, at) => `line ${at % 700}`);
  const after = ["first", ...before.slice(1, 30_000), "evil", ...before.slice(30_000, -1), "last"];
  const parts = sequenceDiff(before, after);
  expect(texts(parts, "added")).toEqual(["first", "evil", "last"]);
  expect(texts(parts, "removed")).toEqual(["line 0", `line ${49_999 % 700}`]);
});

test("too many changes are all of it", () => {
  const before = Array.from({ length: 5000 }, (_, at) => `old ${at}`);
  const after = Array.from({ length: 5000 }, (_, at) => (at % 2 === 0 ? `new ${at}` : `old ${at}`));
  expect(texts(sequenceDiff(before, after), "removed")).toHaveLength(4999);
});
