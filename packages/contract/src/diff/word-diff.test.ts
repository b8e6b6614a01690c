import { describe, expect, test } from "vitest";
import type { DiffPart } from "./sequence-diff.ts";
import { wordDiff } from "./word-diff.ts";

const side = (parts: readonly DiffPart[], kind: "removed" | "added"): string =>
  parts
    .filter((part) => part.kind === "same" || part.kind === kind)
    .map(({ text }) => text)
    .join("");

const marked = (parts: readonly DiffPart[], kind: DiffPart["kind"]): string[] =>
  parts.filter((part) => part.kind === kind).map(({ text }) => text);

describe("the difference of two texts by words", () => {
  test("names what was taken and what was put", () => {
    const parts = wordDiff("Lists the files, newest first.", "Lists all files, oldest first.");
    expect(marked(parts, "removed")).toEqual(["the", "newest"]);
    expect(marked(parts, "added")).toEqual(["all", "oldest"]);
  });

  test("words that are replaced one after the other are one run", () => {
    const parts = wordDiff(
      "Reads a file of the shared folder.",
      "Reads any file of this computer.",
    );
    expect(marked(parts, "removed")).toEqual(["a", "the shared folder"]);
    expect(marked(parts, "added")).toEqual(["any", "this computer"]);
    expect(marked(wordDiff("a b", "a  b x"), "same")).toEqual(["a", "b"]);
  });

  test.each([
    ["", ""],
    ["", "new"],
    ["old", ""],
    ["same", "same"],
    ["a b c d", "d c b a"],
    ["one  two\n\nthree", "one two\nthree four"],
    ["naïve – “quoted”, 日本語 text", "naive - quoted, 日本 text"],
    ["emoji 👩‍👩‍👧 here", "emoji 👩‍👧 there"],
  ])("both texts come back from it: %j and %j", (before, after) => {
    const parts = wordDiff(before, after);
    expect(side(parts, "removed")).toBe(before);
    expect(side(parts, "added")).toBe(after);
  });

  test("equal texts have nothing marked", () => {
    expect(wordDiff("a b c", "a b c")).toEqual([{ kind: "same", text: "a b c" }]);
  });

  test("what would take too long to compare is taken for replaced as a whole", () => {
    const [before, after] = ["say a, b, c now", "say c, b, a now"];
    expect(marked(wordDiff(before, after), "same")).toContain(", b, ");
    expect(wordDiff(before, after, 4)).toEqual([
      { kind: "same", text: "say " },
      { kind: "removed", text: "a, b, c" },
      { kind: "added", text: "c, b, a" },
      { kind: "same", text: " now" },
    ]);
  });

  test("texts too long to compare are shown one after the other, with what begins and ends alike", () => {
    const before = `start ${"a ".repeat(3000)}end`;
    const after = `start ${"b ".repeat(3000)}end`;
    const parts = wordDiff(before, after);
    expect(parts.map(({ kind }) => kind)).toEqual(["same", "removed", "added", "same"]);
    expect(side(parts, "removed")).toBe(before);
    expect(side(parts, "added")).toBe(after);
  });
});
