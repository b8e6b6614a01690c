import { expect, test } from "vitest";
import { filterByWords, tagTest } from "./word-filter.ts";

const ITEMS = [
  { name: "weather", tags: ["prod", "Two words"] },
  { name: "pets", tags: ["test"] },
  { name: "notes: old", tags: [] },
];
const left = (filter: string): string[] =>
  filterByWords(ITEMS, filter, ({ name }) => name, { tag: tagTest }).map(({ name }) => name);

test("every word has to be found, whatever its case", () => {
  expect(left("")).toEqual(["weather", "pets", "notes: old"]);
  expect(left("  ET ")).toEqual(["pets"]);
  expect(left("notes old")).toEqual(["notes: old"]);
  expect(left("weather pets")).toEqual([]);
});

test("tags with a comma between them ask for one of them, several words for each", () => {
  expect(left("tag:prod,test")).toEqual(["weather", "pets"]);
  expect(left("tag:prod tag:test")).toEqual([]);
  expect(left("tag:PROD")).toEqual(["weather"]);
  expect(left("tag:pro")).toEqual([]);
  expect(left("-tag:prod")).toEqual(["pets", "notes: old"]);
  expect(left("tag:")).toHaveLength(3);
});

test("quotes keep spaces together, also while the second one is not typed yet", () => {
  expect(left('tag:"two words"')).toEqual(["weather"]);
  expect(left('"notes: old"')).toEqual(["notes: old"]);
  expect(left('tag:"two words')).toEqual(["weather"]);
});

test("a key that the list does not know is a word like any other, also one of every object", () => {
  expect(left("notes:")).toEqual(["notes: old"]);
  expect(left("constructor:x")).toEqual([]);
});
