import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "./parse-json.ts";

const nested = (depth: number, [open, close]: readonly [string, string] = ["[", "]"]): string =>
  open.repeat(depth) + close.repeat(depth);

describe("a JSON text", () => {
  it("is read as JSON.parse reads it, where it holds an object or an array", () => {
    const value = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
    fc.assert(
      fc.property(value, fc.constantFrom("", " ", "\n\t\r "), (one, blank) => {
        expect(parseJson(blank + JSON.stringify(one))).toEqual(JSON.parse(JSON.stringify(one)));
      }),
    );
  });

  it.each(["", " ", "text", "12", '"text"', "null", "{", '{"a":}', "[1,]", "\0{}"])(
    "is none, or no message: %j",
    (text) => {
      expect(parseJson(text)).toBeUndefined();
    },
  );

  it("may be as deep as can be written again, and no deeper", () => {
    const deep = parseJson(nested(1000));
    expect(JSON.stringify(deep)).toBe(nested(1000));
    expect(parseJson(nested(1001))).toBeUndefined();
    expect(
      parseJson(`{"a":${nested(100_000, ['{"a":[', "]}"]).replace("[]", "[1]")}}`),
    ).toBeUndefined();
    expect(parseJson("[".repeat(10_000_000))).toBeUndefined();
  });

  it("may hold any number of brackets in its strings, and beside each other", () => {
    const texts = ["[".repeat(5000), '"\\['.repeat(2000), `\\`.repeat(3001), '\\"{'.repeat(1500)];
    expect(parseJson(JSON.stringify({ texts }))).toEqual({ texts });
    const wide = Array.from({ length: 5000 }, () => [[]]);
    expect(parseJson(JSON.stringify(wide))).toEqual(wide);
  });
});
