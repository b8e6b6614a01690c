import type { PromptView } from "@local-mcp/contract";
import { describe, expect, test } from "vitest";
import {
  changesOf,
  draftOf,
  EMPTY,
  isUnused,
  missingArguments,
  problemsOf,
  suggestionsOf,
  withArguments,
} from "./prompt-draft.ts";

const prompt: PromptView = {
  id: "p1",
  name: "review",
  title: "Review code",
  description: "Asks for a review.",
  template: "Review {{ code }} in {{ language }}.",
  arguments: [
    { name: "code", required: true },
    { name: "language", title: "Language", values: ["Go", "Rust"] },
  ],
  tags: ["dev"],
  enabled: true,
  profiles: [],
  problem: null,
  createdAt: 0,
  updatedAt: 0,
};

describe("a prompt that is edited", () => {
  test("is unchanged at first", () => {
    expect(changesOf(draftOf(prompt), prompt)).toEqual({});
  });

  test("sends what was changed and nothing else", () => {
    const draft = { ...draftOf(prompt), title: " ", tags: [] };
    expect(changesOf(draft, prompt)).toEqual({ title: null, tags: [] });
  });

  test("keeps of its arguments what is not edited", () => {
    const draft = draftOf(prompt);
    const rows = draft.arguments.map((row) => ({ ...row, description: "x" }));
    expect(changesOf({ ...draft, arguments: rows }, prompt).arguments).toEqual([
      { name: "code", description: "x", required: true },
      { name: "language", title: "Language", description: "x", values: ["Go", "Rust"] },
    ]);
  });
});

describe("arguments", () => {
  const rows = draftOf(prompt).arguments;

  test("what the template reads is offered once", () => {
    expect(missingArguments(rows, ["code", "city"])).toEqual(["city"]);
    expect(withArguments(rows, ["city"]).at(-1)).toMatchObject({ name: "city", required: true });
  });

  test("two new rows do not have one key", () => {
    const keys = withArguments(withArguments([], [""]), [""]).map(({ key }) => key);
    expect(new Set(keys).size).toBe(2);
  });

  test("one that the template does not read is said to be, once it was read", () => {
    expect(rows.map((row) => isUnused(row, ["code"]))).toEqual([false, true]);
    expect(rows.map((row) => isUnused(row, null))).toEqual([false, false]);
  });

  test("suggestions are lines, each once", () => {
    expect(suggestionsOf({ ...EMPTY_ROW, values: " Go\n\nRust\nGo" })).toEqual(["Go", "Rust"]);
  });
});

const EMPTY_ROW = { key: "k", name: "k", description: "", required: false, values: "" };

describe("what is wrong", () => {
  const problems = (draft: Partial<typeof EMPTY>) =>
    problemsOf(changesOf({ ...EMPTY, ...draft }, null), null);

  test("a new one needs a name and a text", () => {
    expect(Object.keys(problems({})).toSorted()).toEqual(["name", "template"]);
    expect(problems({ name: "review", template: "Hello" })).toEqual({});
  });

  test("an argument is named by its place", () => {
    const found = problems({
      name: "review",
      template: "x",
      arguments: withArguments([], ["fine", "not fine"]),
    });
    expect(Object.keys(found)).toEqual(["arguments.1.name"]);
  });

  test("a text that is there may not be emptied", () => {
    const changes = changesOf({ ...draftOf(prompt), template: " " }, prompt);
    expect(Object.keys(problemsOf(changes, prompt))).toEqual(["template"]);
  });

  test("two arguments of one name are told at the table", () => {
    const rows = withArguments([], ["a", "a"]);
    expect(problems({ name: "n", template: "x", arguments: rows })).toEqual({
      arguments: "An argument is there twice.",
    });
  });
});
