import { expect, test } from "vitest";
import { type PaletteItem, search } from "./palette-items.ts";

const item = (
  id: string,
  kind: PaletteItem["kind"],
  title: string,
  note?: string,
): PaletteItem => ({
  id,
  kind,
  title,
  note,
  run: () => {},
});
const items = [
  item("here", "here", "Restart GitHub"),
  item("add", "verb", "Add server…"),
  item("page", "page", "Go to Servers"),
  item("gh", "server", "GitHub", "Server"),
  item("tool", "tool", "create_issue", "Tool of github"),
];
const ids = (text: string, recent: string[] = []) =>
  search(items, text, recent).map(({ id }) => id);

test("the verbs of what is selected come first, then verbs, pages and things", () => {
  expect(ids("")).toEqual(["here", "add", "page", "gh", "tool"]);
});

test("what was used last comes before what was not, behind the selection's verbs", () => {
  expect(ids("", ["tool", "page"])).toEqual(["here", "tool", "page", "add", "gh"]);
});

test("a title that begins with the text comes before one that holds it", () => {
  expect(ids("git")).toEqual(["gh", "here", "tool"]);
});

test("every word has to be there, in title or note, in any order", () => {
  expect(ids("github tool")).toEqual(["tool"]);
  expect(ids("github nothing")).toEqual([]);
});

test("> leaves only what can be done", () => {
  expect(ids(">")).toEqual(["here", "add"]);
  expect(ids("> add")).toEqual(["add"]);
});
