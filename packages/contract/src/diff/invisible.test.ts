import { expect, test } from "vitest";
import { codePointOf, INVISIBLE } from "./invisible.ts";

const shown = (text: string): string =>
  text.replaceAll(INVISIBLE, (one) => `<${codePointOf(one)}>`);

test.each([
  ["a\u200bb", "a<U+200B>b"],
  ["\u202eb\u2066", "<U+202E>b<U+2066>"],
  ["line\u2028end\u2029", "line<U+2028>end<U+2029>"],
  ["tag \u{e0041}", "tag <U+E0041>"],
  ["blank \u2800\u3164", "blank <U+2800><U+3164>"],
  ["over\rwritten, \u001b[2K", "over<U+000D>written, <U+001B>[2K"],
])("what cannot be seen in %j is named", (text, named) => {
  expect(shown(text)).toBe(named);
});

test("whatever Unicode says shows nothing is named", () => {
  const every = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code));
  const hidden = every.filter((one) => /^\p{Default_Ignorable_Code_Point}$/u.test(one));
  expect(hidden.length).toBeGreaterThan(4000);
  expect(hidden.filter((one) => shown(one) === one)).toEqual([]);
});

test("what can be seen stays: spaces, tabs, ends of lines, letters of any writing, emoji", () => {
  const plain = "a\tb\r\nc\n  naïve 日本語 العربية 🙂";
  expect(shown(plain)).toBe(plain);
});
