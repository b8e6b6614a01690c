import type { ImportPlan, ImportRow } from "@local-mcp/contract";
import { describe, expect, test } from "vitest";
import {
  choicesFor,
  countStates,
  filterRows,
  FIRST_WISHES,
  type ImportWishes,
  isNothingTicked,
  keyOf,
  obstacleOf,
  planOptions,
  reportText,
  shownRows,
  toWrite,
} from "./import-view.ts";

const row = (part: Partial<ImportRow>): ImportRow => ({
  kind: "server",
  name: "github",
  title: null,
  pointer: "/entities/gateways/0",
  action: "create",
  newName: null,
  exists: false,
  changes: [],
  problems: [],
  warnings: [],
  ...part,
});

const github = row({ action: "update", exists: true });
const files = row({ name: "files", pointer: "/entities/gateways/1" });
const dev = row({
  kind: "profile",
  name: "dev",
  pointer: "/entities/servers/0",
  action: "unchanged",
  exists: true,
});
const all = [github, files, dev];
const wishes = (part: Partial<ImportWishes> = {}): ImportWishes => ({ ...FIRST_WISHES, ...part });
const statesOf = (part: Partial<ImportWishes>, rows: readonly ImportRow[] = all) =>
  shownRows(all, { rows: [...rows] }, wishes(part)).map(({ state }) => state);
const leaving = (...rows: ImportRow[]): ReadonlySet<string> => new Set(rows.map(keyOf));

describe("while it asks", () => {
  test("each that is there and differs needs a choice, and nothing else does", () => {
    expect(statesOf({ strategy: "ask" })).toEqual(["ask", "create", "unchanged"]);
    expect(statesOf({ strategy: "update" })).toEqual(["update", "create", "unchanged"]);
  });

  test("what was chosen needs none any more", () => {
    expect(statesOf({ choices: { [github.pointer]: "update" } })).toEqual([
      "update",
      "create",
      "unchanged",
    ]);
    const skipped = { ...github, action: "skip" as const };
    const rows = [skipped, files, dev];
    expect(statesOf({ choices: { [github.pointer]: "skip" } }, rows)[0]).toBe("skip");
  });

  test("it is planned as an update, with what was chosen", () => {
    const choices = { [github.pointer]: "rename" as const };
    expect(planOptions(wishes({ choices }), all)).toEqual({ strategy: "update", choices });
    expect(planOptions(wishes({ strategy: "fail" }), all)).toEqual({
      strategy: "fail",
      choices: {},
    });
  });
});

describe("what is not ticked", () => {
  test("is not in what is asked for; a kind of which all is ticked is not named one by one", () => {
    expect(planOptions(wishes({ left: leaving(files) }), all).selection).toEqual({
      server: ["github"],
      profile: [],
    });
    expect(planOptions(wishes({ left: leaving(dev) }), all).selection).toEqual({ server: [] });
    expect(planOptions(wishes(), all).selection).toBeUndefined();
  });

  test("stays in the list, whether a plan leaves it away or skips it", () => {
    const left = leaving(files);
    expect(statesOf({ left }, [github, dev])[1]).toBe("left");
    expect(statesOf({ left }, [github, { ...files, action: "skip" }, dev])[1]).toBe("left");
  });

  test("and would be written all the same is shown as what the plan says", () => {
    expect(statesOf({ left: leaving(files) })[1]).toBe("create");
  });

  test("may be all of it, which is no plan", () => {
    expect(isNothingTicked(all, leaving(github, files, dev))).toBe(true);
    expect(isNothingTicked(all, leaving(github, files))).toBe(false);
  });

  test("is told apart from another of its name", () => {
    const twice = [files, row({ name: "files", pointer: "/entities/gateways/2" })];
    const shown = shownRows(twice, { rows: [files] }, wishes());
    expect(shown.map(({ state }) => state)).toEqual(["create", "left"]);
  });
});

describe("what keeps a plan from being imported", () => {
  const fine = { applicable: true, problems: [] };
  const of = (plan: Pick<ImportPlan, "applicable" | "problems">, rows: ImportRow[], part = {}) =>
    obstacleOf(plan, countStates(shownRows(rows, { rows }, wishes(part))));

  test("is what cannot be imported before what needs a choice", () => {
    const broken = row({ name: "x", pointer: "/x", action: "failed" });
    const there = row({ name: "y", pointer: "/y", action: "conflict", exists: true });
    expect(of({ applicable: false, problems: [] }, [...all, broken, there])).toEqual({
      text: "Untick what cannot be imported, or correct it in the file.",
      states: ["failed"],
    });
    expect(of({ applicable: false, problems: [] }, [...all, there])?.states).toEqual(["conflict"]);
    expect(of(fine, all)?.states).toEqual(["ask"]);
  });

  test("is nothing where there is something to write", () => {
    const part = { choices: { [github.pointer]: "update" as const } };
    expect(of(fine, all, part)).toBeNull();
    expect(toWrite(countStates(shownRows(all, { rows: all }, wishes(part))))).toBe(2);
  });

  test("is that all of it is the same", () => {
    expect(of(fine, [dev])?.text).toBe("Nothing would change: there is nothing to import.");
  });

  test("is what is wrong with the file as a whole", () => {
    const problems = [{ pointer: "", message: "It has two lists of tools." }];
    expect(obstacleOf({ applicable: false, problems }, countStates([]))?.text).toBe(
      "It has two lists of tools.",
    );
  });
});

test("a filter takes words, kinds and states", () => {
  const rows = shownRows(all, { rows: all }, wishes());
  const names = (filter: string) => filterRows(rows, filter).map((one) => one.row.name);
  expect(names("git")).toEqual(["github"]);
  expect(names("kind:profile")).toEqual(["dev"]);
  expect(names("is:new")).toEqual(["files"]);
  expect(names("is:needs-a-choice")).toEqual(["github"]);
  expect(names("-is:same kind:server")).toEqual(["github", "files"]);
});

test("a root is never renamed: its URI is what it is", () => {
  expect(choicesFor(row({ kind: "root" }))).toEqual(["skip", "update"]);
  expect(choicesFor(github)).toContain("rename");
});

test("a report has a line for each entry, with what became of it and why", () => {
  const renamed = { ...github, action: "rename" as const, newName: "github-imported-1" };
  const failed = {
    ...files,
    action: "failed" as const,
    problems: [{ pointer: "/entities/gateways/1/url", message: "This is no URL." }],
  };
  const text = reportText({
    job: {
      id: "1",
      state: "completed",
      phase: "verify",
      strategy: "rename",
      name: "team.json",
      fileDigest: "ab12",
      counts: {
        total: 3,
        created: 0,
        updated: 0,
        unchanged: 1,
        renamed: 1,
        skipped: 0,
        failed: 1,
      },
      processed: 3,
      cancellable: false,
      errors: [],
      warnings: ["Read this too."],
      problem: null,
      startedAt: 0,
      completedAt: 0,
      backup: null,
    },
    format: "gateway",
    rows: [renamed, failed, dev],
    unconfirmed: [],
  });
  expect(text).toBe(
    [
      "Import of team.json: 1 imported, 1 unchanged, 1 failed.",
      "SHA-256 of the file: ab12",
      "→ server github → github-imported-1 (renamed)",
      "× server files (not imported)",
      "    This is no URL.",
      "= profile dev (same)",
      "Read this too.",
    ].join("\n"),
  );
});
