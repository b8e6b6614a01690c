import { describe, expect, test } from "vitest";
import { bytes, duration, facts, oneLine, plural, quoted, table, visible } from "./output.ts";

describe("what people read", () => {
  test("columns are aligned, also with wide characters, and rows have no blanks at their end", () => {
    expect(
      table(
        ["NAME", "STATE", "NOTE"],
        [
          ["a", "Ready", ""],
          ["日本", "Off", "x"],
          ["né", "Off", "y"],
        ],
      ),
    ).toBe("NAME  STATE  NOTE\na     Ready\n日本  Off    x\nné    Off    y");
  });

  test("a row is cut to the width of the terminal, never in a character", () => {
    expect(table(["NAME"], [["日本日本"], ["👩‍👩‍👧ab"]], 5)).toBe("NAME\n日本…\n👩‍👩‍👧ab");
    expect(table(["NAME"], [["abcdef"]], 5)).toBe("NAME\nabcd…");
  });

  test("facts: values below each other, nothing for null", () => {
    expect(
      facts([
        ["A", "1"],
        ["Long", "x\ny"],
        ["No", null],
      ]),
    ).toBe("A     1\nLong  x\n      y");
  });

  test("text from elsewhere cannot rearrange the screen", () => {
    expect(visible("a\u001b[2Jb\u202ec\u0007\td\r\ne\rf")).toBe(
      "a\\u001b[2Jb\\u202ec\\u0007\td\ne\\u000df",
    );
    expect(oneLine(" a\n b\t\u001b[1m ")).toBe("a b \\u001b[1m");
    expect(table(["N"], [["a\nb"]])).toBe("N\na b");
  });

  test("an argument is quoted where its ends would be in doubt", () => {
    expect(["-y", "@scope/pkg@1", "--a=b"].map(quoted)).toEqual(["-y", "@scope/pkg@1", "--a=b"]);
    expect(quoted("a b")).toBe('"a b"');
    expect(quoted("")).toBe('""');
    expect(quoted('x"; rm -rf ~ #')).toBe('"x\\"; rm -rf ~ #"');
    expect(quoted("a\u001b[2J\u202e")).toBe('"a\\u001b[2J\\u202e"');
    expect(quoted("a\nb")).toBe('"a\\nb"');
  });

  test("numbers with their words and units", () => {
    expect([0, 1, 2].map((count) => plural(count, "tool"))).toEqual([
      "0 tools",
      "1 tool",
      "2 tools",
    ]);
    expect([12.4, 1500].map(duration)).toEqual(["12 ms", "1.5 s"]);
    expect([0, 1023, 2048, 9.96 * 1024, 1024 ** 2 - 1].map(bytes)).toEqual([
      "0 B",
      "1023 B",
      "2.0 KB",
      "10 KB",
      "1.0 MB",
    ]);
    expect([142.4 * 1024 ** 2, 1.44 * 1024 ** 3, 2048 * 1024 ** 3].map(bytes)).toEqual([
      "142 MB",
      "1.4 GB",
      "2048 GB",
    ]);
  });
});
