import { describe, expect, test } from "vitest";
import { arranged, fileUri, rootTitle } from "./root-order.ts";

describe("the order in which roots are shown", () => {
  test("is the profile's, with the others behind", () => {
    expect(arranged([], ["c", "a"], ["a", "b", "c"])).toEqual(["c", "a", "b"]);
  });

  test("stays when one is turned off or on", () => {
    expect(arranged(["c", "a", "b"], ["a"], ["a", "b", "c"])).toEqual(["c", "a", "b"]);
    expect(arranged(["c", "a", "b"], ["c", "a", "b"], ["a", "b", "c"])).toEqual(["c", "a", "b"]);
  });

  test("follows the profile where somebody else changed it", () => {
    expect(arranged(["c", "a", "b"], ["b", "c"], ["a", "b", "c"])).toEqual(["b", "c", "a"]);
  });

  test("loses what was deleted and gets what is new at its end", () => {
    expect(arranged(["c", "a", "b"], ["c", "a"], ["b", "c", "d"])).toEqual(["c", "b", "d"]);
  });
});

test("a root is called by its name, or by its URI", () => {
  expect(rootTitle({ name: "Notes", uri: "file:///n" })).toBe("Notes");
  expect(rootTitle({ name: null, uri: "file:///n" })).toBe("file:///n");
});

test.each([
  ["/home/me/My notes", "file:///home/me/My%20notes"],
  ["/a#b/c?d", "file:///a%23b/c%3Fd"],
  ["C:\\Users\\Me\\ü", "file:///C:/Users/Me/%C3%BC"],
  ["\\\\server\\share", "file://server/share"],
  ["/", "file:///"],
])("the folder %s is %s", (path, uri) => {
  expect(fileUri(path)).toBe(uri);
});
