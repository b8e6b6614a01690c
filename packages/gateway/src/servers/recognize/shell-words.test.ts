import { describe, expect, it } from "vitest";
import { splitCommands } from "./shell-words.ts";

const words = (text: string) => splitCommands(text).map((command) => command.words);

describe("words of commands", () => {
  it.each<[text: string, commands: string[][]]>([
    ["a b  c", [["a", "b", "c"]]],
    [`a 'b c' "d 'e'" f'g'"h"`, [["a", "b c", "d 'e'", "fgh"]]],
    [`a "" ''`, [["a", "", ""]]],
    ["a \\\n  b \\  \n c", [["a", "b", "c"]]],
    ["a `\r\n  b ^\r\n  c", [["a", "b", "c"]]],
    ['a\\ b \\"c', [["a b", '"c']]],
    [`a "\\"b\\" \\n \\$c"`, [["a", '"b" \\n $c']]],
    ["a; b && c || d\ne", [["a"], ["b"], ["c"], ["d"], ["e"]]],
    ["# no\na # no\nb#c", [["a"], ["b#c"]]],
    ["$ a b\n$ c", [["a", "b"], ["c"]]],
    ["PS C:\\Users\\me> a b", [["a", "b"]]],
    ["C:\\Users\\me> a", [["a"]]],
    ['C:\\a\\b.exe .\\c "D:\\e f\\g"', [["C:\\a\\b.exe", ".\\c", "D:\\e f\\g"]]],
    [`a $B "\${C}d" '$E'`, [["a", "${B}", "${C}d", "$E"]]],
    ['$env:A="b"; c', [["$env:A=b"], ["c"]]],
    ["a “b c” ‘d e’", [["a", "b c", "d e"]]],
    ["a '{\n \"b\": 1 }'", [["a", '{\n "b": 1 }']]],
    ["a --b <your key> c=<d>", [["a", "--b", "<your key>", "c=<d>"]]],
    ["a https://h/?b=c&d=e", [["a", "https://h/?b=c&d=e"]]],
    ["", []],
  ])("%j", (text, commands) => {
    expect(words(text)).toEqual(commands);
  });

  it.each(["a | b", "a > b", "a < b", "a $(b)", 'a "$(b)"', "a `b`", "a &"])(
    "say that only a shell can carry it out: %s",
    (text) => expect(splitCommands(text)[0]?.needsShell).toBe(true),
  );

  it.each(["a 'b | c'", 'a "b > c"', "a b&c", "a '$(b)'"])(
    "say that no shell is needed: %s",
    (text) => expect(splitCommands(text)[0]?.needsShell).toBe(false),
  );

  it.each([
    ["a\nb 'secret", "line 2, column 3"],
    ['a "secret', "line 1, column 3"],
  ])("name the place of a quote that is not closed: %j", (text, place) => {
    expect(() => splitCommands(text)).toThrow(place);
    expect(() => splitCommands(text)).not.toThrow(/secret/);
  });
});
