import type { PastedServer } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { canAdd, chosenRows, pasteRows, recognised, resultTitle, secretsOf } from "./paste-rows.ts";

const stdio = (original: string, more: Partial<PastedServer> = {}): PastedServer => ({
  original,
  name: original,
  config: { transport: "stdio", command: "npx", args: ["-y", "@x/y"], cwd: null, env: [] },
  enabled: true,
  taken: false,
  problem: null,
  ...more,
});
const names = (...taken: string[]) => new Set(taken);

describe("which servers would be added", () => {
  it("is every one that can be, until a person says otherwise", () => {
    const rows = pasteRows(
      [
        stdio("files"),
        stdio("github", { taken: true }),
        stdio("odd", { config: null, name: null, problem: "It has neither a command nor a URL." }),
      ],
      {},
      names("github"),
    );
    expect(rows.map(({ chosen }) => chosen)).toEqual([true, false, false]);
    expect(canAdd(rows)).toBe(true);
  });

  it("takes in one whose name was taken as soon as it gets another", () => {
    const edits = { "0:github": { name: "github-2" } };
    const [row] = pasteRows([stdio("github", { taken: true })], edits, names("github"));
    expect(row).toMatchObject({ chosen: true, name: "github-2", nameProblem: null });
  });

  it("never takes in one that cannot be read, even when it is ticked", () => {
    const servers = [stdio("odd", { config: null, problem: "No command." })];
    expect(chosenRows(pasteRows(servers, { "0:odd": { chosen: true } }, names()))).toEqual([]);
  });

  it("adds nothing while nothing is ticked", () => {
    expect(canAdd(pasteRows([stdio("a")], { "0:a": { chosen: false } }, names()))).toBe(false);
  });
});

describe("a name", () => {
  const problemOf = (name: string, taken = names()) =>
    pasteRows([stdio("a")], { "0:a": { name } }, taken)[0]?.nameProblem;

  it("is checked against the rule and against what is there", () => {
    expect(problemOf("fine-1")).toBeNull();
    expect(problemOf("Not fine")).toMatch(/a-z, 0-9 and -/);
    expect(problemOf("")).toMatch(/1 to 50/);
    expect(problemOf("github", names("github"))).toMatch(/already/);
  });

  it("may not be used twice in one text, unless one of the two is left out", () => {
    const both = [stdio("a"), stdio("b")];
    const twice = pasteRows(both, { "1:b": { name: "a" } }, names());
    expect(twice.map(({ nameProblem }) => nameProblem)).toEqual([
      expect.stringMatching(/more than once/),
      expect.stringMatching(/more than once/),
    ]);
    expect(canAdd(twice)).toBe(false);
    const one = pasteRows(both, { "1:b": { name: "a", chosen: false } }, names());
    expect(canAdd(one)).toBe(true);
  });
});

describe("what moves to the vault", () => {
  it("is every variable that is not marked plain, and every mark in arguments", () => {
    const server = stdio("a", {
      config: {
        transport: "stdio",
        command: "npx",
        args: ["--key=${secret:key}", "${secret:token}"],
        cwd: null,
        env: ["API_KEY", "REGION"],
      },
    });
    expect(secretsOf({ server, plain: ["REGION"] })).toBe(3);
    expect(secretsOf({ server, plain: [] })).toBe(4);
  });

  it("is every header and every mark of a URL", () => {
    const config = {
      transport: "http" as const,
      url: "https://a.example/mcp?key=${secret:key}",
      headers: ["Authorization"],
    };
    expect(secretsOf({ server: stdio("a", { config }), plain: [] })).toBe(2);
  });
});

it("says what was recognised, and nothing where nothing was", () => {
  expect(recognised({ form: "command", servers: [stdio("a")], problem: null })).toBe(
    "Recognised as a command: 1 server.",
  );
  expect(recognised({ form: null, servers: [], problem: null })).toBeNull();
});

it("counts what was added and what was not", () => {
  const outcomes = (...all: ("added" | "skipped" | "failed")[]) =>
    resultTitle(all.map((outcome) => ({ original: "a", name: "a", outcome, message: null })));
  expect(outcomes("added")).toBe("1 server added");
  expect(outcomes("added", "added", "skipped")).toBe("2 servers added, 1 was not");
  expect(outcomes("added", "failed", "skipped")).toBe("1 server added, 2 were not");
  expect(outcomes("failed")).toBe("No server was added");
});
