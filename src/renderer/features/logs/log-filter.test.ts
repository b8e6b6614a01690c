import { describe, expect, test } from "vitest";
import {
  filterFor,
  joinFilter,
  keySuggestions,
  reopened,
  settled,
  splitFilter,
  typedWord,
  valueSuggestions,
} from "./log-filter.ts";

const NOW = 1_763_800_000_000;

describe("chips and text are one value", () => {
  test.each([
    ["", [], ""],
    ["profile:dev status:error", ["profile:dev", "status:error"], ""],
    ['-client:"Claude Code" disk full', ['-client:"Claude Code"'], "disk full"],
    ["disk after:15m full", ["after:15m"], "disk full"],
    ["profile:dev nonsense:x", ["profile:dev"], "nonsense:x"],
  ])("%s", (text, chips, draft) => {
    expect(splitFilter(text, NOW)).toEqual({ chips, draft });
  });

  test("what is put together again asks for the same", () => {
    const text = "profile:dev duration:>500 disk full";
    expect(joinFilter(splitFilter(text, NOW))).toBe(text);
  });

  test("a term that is done becomes a chip, and the last one is typed at again", () => {
    const done = settled({ chips: ["profile:dev"], draft: "status:error " }, NOW);
    expect(done).toEqual({ chips: ["profile:dev", "status:error"], draft: "" });
    expect(reopened(done)).toEqual({ chips: ["profile:dev"], draft: "status:error" });
  });
});

describe("what is shown", () => {
  test("are requests, unless the filter says itself what", () => {
    expect(filterFor("", false, NOW)).toBe("kind:request");
    expect(filterFor("status:error", false, NOW)).toBe("status:error kind:request");
    expect(filterFor("status:error", true, NOW)).toBe("status:error");
    expect(filterFor("kind:upstream", false, NOW)).toBe("kind:upstream");
    expect(filterFor("linked:abc", false, NOW)).toBe("linked:abc");
    expect(filterFor("text:kind", false, NOW)).toBe("text:kind kind:request");
  });
});

describe("completion", () => {
  test("knows what is being typed", () => {
    expect(typedWord("status:error -cli")).toEqual({
      start: 13,
      not: true,
      key: null,
      before: "",
      prefix: "cli",
    });
    expect(typedWord("status:error,can")).toMatchObject({
      key: "status",
      before: "error,",
      prefix: "can",
    });
    expect(typedWord('client:"Claude C')).toMatchObject({ key: "client", prefix: "Claude C" });
    expect(typedWord("disk ")).toMatchObject({ start: 5, key: null, prefix: "" });
  });

  test("offers keys", () => {
    expect(keySuggestions("status:ok -se").map(({ draft }) => draft)).toEqual([
      "status:ok -server:",
      "status:ok -session:",
    ]);
  });

  test("offers values that are given, and those that were seen", () => {
    expect(valueSuggestions("status:can", []).map(({ draft }) => draft)).toEqual([
      "status:cancelled ",
    ]);
    expect(
      valueSuggestions("x client:cl", ["Claude Code", "Cursor"]).map(({ draft }) => draft),
    ).toEqual(['x client:"Claude Code" ']);
    expect(valueSuggestions("-status:error,can", []).map(({ draft }) => draft)).toEqual([
      "-status:error,cancelled ",
    ]);
  });

  test("says how a value is written where nobody knows which there are", () => {
    expect(valueSuggestions("duration:", []).map(({ text }) => text)).toEqual(["duration:>500"]);
    expect(valueSuggestions("duration:>5", [])).toEqual([]);
  });
});
