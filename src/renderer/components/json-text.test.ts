import { expect, test } from "vitest";
import { readObject } from "./json-text.ts";

test("an object is read", () => {
  expect(readObject('{"a": [1, {"b": null}], "c": {}}').value).toEqual({
    a: [1, { b: null }],
    c: {},
  });
  expect(readObject("[1]")).toMatchObject({ value: null, line: 1 });
});

test.each([
  ['{\n  "a": 1,\n}', 3],
  ['{\n  "a": 1\n  "b": 2\n}', 3],
  ["{\n  a: 1\n}", 2],
  ['{\n  "a": tru\n}', 2],
  ['{\n  "a": "one\n  two"\n}', 2],
  ['{\n  "a": [1,\n 2\n', 4],
  ["{}\n{}", 2],
  ["", 1],
  ['{\n"a": [[], {}, 01]\n}', 2],
  ['{\n\n"a": 1 ]', 3],
])("%j is wrong in line %i", (text, line) => {
  const read = readObject(text);
  expect(read.line).toBe(line);
  expect(read.problem).toContain(`Line ${line} `);
});
