import { expect, test } from "vitest";
import { rowAfterKey, TypeAhead } from "./list-keys.ts";

test.each([
  ["ArrowDown", 0, 1],
  ["ArrowDown", 9, 9],
  ["ArrowUp", 0, 0],
  ["PageDown", 2, 6],
  ["PageUp", 2, 0],
  ["Home", 5, 0],
  ["End", 5, 9],
  ["x", 5, null],
])("%s from row %i leads to %s", (key, from, to) => {
  expect(rowAfterKey(key, from, 10, 4)).toBe(to);
});

test("no key leads anywhere in an empty list", () => {
  expect(rowAfterKey("End", 0, 0, 4)).toBeNull();
});

const texts = ["Alpha", "Files", "Filesystem", "GitHub", "Gmail"];

test("letters typed together are one word", () => {
  const keys = new TypeAhead();
  expect(keys.press("g", 0, texts, 0)).toBe(3);
  expect(keys.press("m", 100, texts, 3)).toBe(4);
});

test("the same letter again goes on, around the end", () => {
  const keys = new TypeAhead();
  expect(keys.press("g", 0, texts, 0)).toBe(3);
  expect(keys.press("g", 100, texts, 3)).toBe(4);
  expect(keys.press("g", 200, texts, 4)).toBe(3);
});

test("after a while a letter begins a new word", () => {
  const keys = new TypeAhead();
  keys.press("g", 0, texts, 0);
  expect(keys.press("f", 5000, texts, 3)).toBe(1);
  expect(keys.press("z", 10_000, texts, 1)).toBeNull();
});
