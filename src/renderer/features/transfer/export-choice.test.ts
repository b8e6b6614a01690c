import { describe, expect, test } from "vitest";
import {
  type Available,
  candidates,
  type ExportChoice,
  filterAvailable,
  firstChoice,
  isTicked,
  optionsOf,
  tagsOf,
  tick,
} from "./export-choice.ts";

const item = (kind: Available["kind"], name: string, part: Partial<Available> = {}): Available => ({
  kind,
  name,
  title: null,
  tags: [],
  enabled: true,
  chosen: true,
  ...part,
});
const github = item("server", "github", { tags: ["prod"], title: "GitHub" });
const files = item("server", "files");
const old = item("server", "old", { enabled: false });
const home = item("root", "file:///home/me/a/b");
const available = [home, old, github, files];
const choose = (part: Partial<ExportChoice> = {}): ExportChoice => ({
  ...firstChoice(null),
  ...part,
});
const wanted = (choice: ExportChoice) => optionsOf(choice, candidates(available, choice));

test("at first it is everything that is on", () => {
  expect(candidates(available, choose())).toEqual([files, github, home]);
  expect(wanted(choose())).toEqual({
    tags: [],
    includeInactive: false,
    dependencies: true,
    format: "gateway",
    secrets: "sealed",
  });
});

describe("ticks", () => {
  test("name what is ticked of a kind, unless that is all of it", () => {
    const without = tick(choose(), [github], false);
    expect(isTicked(github, without)).toBe(false);
    expect(wanted(without)?.selection).toEqual({ server: ["files"], root: [] });
    expect(wanted(tick(without, [github], true))?.selection).toBeUndefined();
  });

  test("of nothing ask for nothing", () => {
    expect(wanted(tick(choose(), [github, files, home], false))).toBeNull();
  });

  test("of one thing begin with it alone, before anything else is known", () => {
    const only = firstChoice({ kind: "root", name: home.name });
    expect(optionsOf(only, null)?.selection).toEqual({ root: [home.name] });
    expect(wanted(only)?.selection).toEqual({ root: [] });
    expect(wanted(tick(only, [files], true))?.selection).toEqual({ server: ["files"], root: [] });
  });
});

test("tags and what is turned off decide what there is to tick", () => {
  expect(tagsOf(available)).toEqual(["prod"]);
  expect(candidates(available, choose({ tags: ["prod"] }))).toEqual([github]);
  expect(candidates(available, choose({ includeInactive: true }))).toContain(old);
});

test("ContextForge's form is asked for without secrets", () => {
  expect(wanted(choose({ format: "contextforge" }))?.secrets).toBe("none");
  expect(wanted(choose({ secrets: "none" }))?.secrets).toBe("none");
  expect(wanted(choose({ secrets: "key" }))?.secrets).toBe("sealed");
});

test("a filter takes words, titles, kinds and tags", () => {
  const names = (filter: string) => filterAvailable(available, filter).map(({ name }) => name);
  expect(names("Hub")).toEqual(["github"]);
  expect(names("kind:server -tag:prod")).toEqual(["old", "files"]);
});
