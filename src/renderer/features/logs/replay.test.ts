import { describe, expect, test } from "vitest";
import { logDetailFixture } from "./log.fixture.ts";
import { readArguments, recordedArguments } from "./replay.ts";

const recorded = (args: unknown, cut = false) => {
  const text = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "search", arguments: args },
  });
  return logDetailFixture({
    request: { text: cut ? text.slice(0, 64) : text, bytes: cut ? 3_250_586 : text.length, cut },
  });
};

describe("what a call is made again with", () => {
  test("its arguments, laid out", () => {
    expect(recordedArguments(recorded({ query: "café", limit: 3 }))).toEqual({
      text: '{\n  "query": "café",\n  "limit": 3\n}',
      lacks: null,
    });
    expect(recordedArguments(recorded(undefined))).toEqual({ text: "{}", lacks: null });
  });

  test("what was removed is named, wherever it was", () => {
    const { text, lacks } = recordedArguments(
      recorded({
        q: "a",
        headers: { authorization: "Bearer [removed: bearer token]" },
        keys: ["plain", "[removed]"],
      }),
    );
    expect(lacks).toBe(
      "Secrets were removed before it was recorded: headers.authorization and keys[1].",
    );
    expect(readArguments(text)).toEqual({
      value: null,
      problem: "Fill in what was removed: headers.authorization and keys[1].",
      line: null,
    });
    const filled = text.replace("[removed: bearer token]", "abc").replace("[removed]", "def");
    expect(readArguments(filled)).toMatchObject({
      value: { headers: { authorization: "Bearer abc" }, keys: ["plain", "def"] },
      problem: null,
    });
  });

  test("what was cut off, or not recorded, has to be written", () => {
    expect(recordedArguments(recorded({ text: "x".repeat(100) }, true))).toEqual({
      text: "",
      lacks: "Only the first 64 bytes of 3.1 MB were recorded. Write the arguments yourself.",
    });
    expect(recordedArguments(logDetailFixture({ contents: "level" })).lacks).toMatch(
      /not recorded/,
    );
    expect(
      recordedArguments(logDetailFixture({ request: { text: "[1]", bytes: 3, cut: false } })),
    ).toEqual({ text: "", lacks: "Its arguments cannot be read. Write them yourself." });
    expect(readArguments("")).toMatchObject({ value: null, line: null });
  });

  test("what is no JSON object is told with its line", () => {
    expect(readArguments('{\n  "a": 1,\n  b: 2\n}')).toMatchObject({ value: null, line: 3 });
    expect(readArguments("[1]")).toMatchObject({
      value: null,
      problem: "This has to be one JSON object: { … }.",
    });
    expect(readArguments("{}")).toEqual({ value: {}, problem: null, line: null });
  });
});
