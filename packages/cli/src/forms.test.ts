import { describe, expect, test } from "vitest";
import {
  envFile,
  headerFile,
  integer,
  list,
  oneOf,
  pair,
  seconds,
  secondsOrNever,
  split,
} from "./forms.ts";

const refuses = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe("forms of options", () => {
  test("a list is split at commas, and may be continued", () => {
    expect(list("c, d,", list("a,b"))).toEqual(["a", "b", "c", "d"]);
  });

  test("a value may hold the separator", () => {
    expect(split("K=a=b", "=")).toEqual(["K", "a=b"]);
    expect(split("K", "=")).toEqual(["K", undefined]);
    expect(split("K=", "=")).toEqual(["K", ""]);
    expect(pair("--arg", "url=http://x?a=b")).toEqual(["url", "http://x?a=b"]);
  });

  test("a pair without its separator is refused, and not quoted", () => {
    expect(() => pair("--env-plain", "s3cret")).toThrow("--env-plain takes NAME=VALUE.");
    expect(() => pair("--rename", "=x")).toThrow("--rename takes NAME=VALUE.");
  });

  test.each(["", "-1", "65536", "1.5", "0x10", "4444 ", "abc"])("%j is no port", (text) => {
    expect(() => integer("--port", 0, 65_535)(text)).toThrow(/^--port takes a whole number/);
  });

  test("whole numbers at the ends of the range", () => {
    expect(integer("--port", 0, 65_535)("0")).toBe(0);
    expect(integer("--port", 0, 65_535)("65535")).toBe(65_535);
  });

  test("seconds become milliseconds", () => {
    expect(seconds("--timeout", 60)("1.5")).toBe(1500);
    expect(() => seconds("--timeout", 60)("61")).toThrow("--timeout takes seconds from 0.1 to 60");
    expect(() => seconds("--timeout", 60)("0")).toThrow("--timeout takes seconds");
  });

  test("seconds or never, which is 0", () => {
    const read = secondsOrNever("--idle-stop", 10, 60);
    expect(["10", "59.5", "60", "never", "0"].map(read)).toEqual([10_000, 59_500, 60_000, 0, 0]);
    for (const text of ["9.9", "61", "-1", "Never", "", "1e1"]) {
      expect(() => read(text)).toThrow("--idle-stop takes seconds from 10 to 60, or never, not");
    }
  });

  test("one of a few words", () => {
    expect(oneOf("--transport", ["http", "sse"])("sse")).toBe("sse");
    expect(() => oneOf("--transport", ["http", "sse"])("stdio")).toThrow(
      refuses("usage", /^--transport takes http or sse, not “stdio”\.$/),
    );
  });

  test("an env file", () => {
    expect(envFile("# c\nA=1\nB=\"two words\"\nexport C='x=y'\nD=\n")).toEqual({
      A: "1",
      B: "two words",
      C: "x=y",
      D: "",
    });
  });

  test("a header file", () => {
    expect(headerFile("# c\nAuthorization: Bearer a:b\r\n\nX-Key:k\n")).toEqual({
      Authorization: "Bearer a:b",
      "X-Key": "k",
    });
    expect(() => headerFile("s3cret")).toThrow("A header file takes NAME:VALUE.");
  });
});
