import { describe, expect, it } from "vitest";
import { parseLenientJson } from "./lenient-json.ts";

describe("JSON as people write it", () => {
  it.each<[text: string, value: unknown]>([
    [
      '{"a": [1, -2.5e3, true, null, "x\\u0041\\n"], "b": {}}',
      { a: [1, -2500, true, null, "xA\n"], b: {} },
    ],
    ['{ // one\n "a": 1, /* two\n lines */ "b": 2, }', { a: 1, b: 2 }],
    ["[1, 2, ]", [1, 2]],
    ['"a": {"b": 1}, "c": 2', { a: { b: 1 }, c: 2 }],
    ['  "a": 1 // last', { a: 1 }],
    ['{"a": 1},', { a: 1 }],
    ['{"a": "// no comment", "b": "/* none */"}', { a: "// no comment", b: "/* none */" }],
    ['\uFEFF{"a": 1}', { a: 1 }],
  ])("is read: %j", (text, value) => {
    expect(parseLenientJson(text)).toEqual(value);
  });

  it("is not read where it has more values than anybody wrote", () => {
    expect(() => parseLenientJson(`[${"1,".repeat(500_000)}1]`)).toThrow("line 1, column 1000");
  });

  it("keeps a key that names the prototype as a key", () => {
    const value = parseLenientJson('{"__proto__": {"command": "x"}}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(Object(value))).toEqual(["__proto__"]);
  });

  it.each([
    ['{"a": }', "line 1, column 7"],
    ['{"a": 1 "b": 2}', "line 1, column 9"],
    ['{\n  "a": nothing\n}', "line 2, column 8"],
    ['{"a": 01}', "line 1, column 8"],
    ["{'a': 1}", "line 1, column 2"],
    ['{"a": "x\ny"}', "line 1, column 7"],
    ['{"a": "\\q"}', "line 1, column 7"],
    ['{"a": 1}}', "line 1, column 9"],
    ["{,}", "line 1, column 2"],
    ['"a": 1,\n"b": x', "line 2, column 6"],
    ['{"a": [1, 2', "it ends too early, in line 1, column 12"],
    ['{"a": 1,\n', "it ends too early, in line 2, column 1"],
    ['"a": {"b": 1', "it ends too early"],
    ["[".repeat(5000), "column 102"],
  ])("that is none is told by its place: %j", (text, place) => {
    expect(() => parseLenientJson(text)).toThrow(
      expect.objectContaining({ code: "malformed_json", message: expect.stringContaining(place) }),
    );
  });
});

it("reads megabytes of space and of text", () => {
  const long = 12 * 1024 * 1024;
  const text = `{${" ".repeat(long)}"a": "${"b".repeat(long)}"}`;
  expect(parseLenientJson(text)).toEqual({ a: "b".repeat(long) });
});
