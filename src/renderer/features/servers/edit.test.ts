import { serverLimits, type ServerView } from "@local-mcp/contract";
import { describe, expect, test } from "vitest";
import {
  argsOf,
  changedFields,
  draftOf,
  type Edits,
  firstProblem,
  linesOf,
  markNames,
  readEdits,
} from "./edit.ts";
import { limitRowsOf } from "./edit-limits.ts";
import { PLAIN_SIGN_IN } from "./edit-sign-in.ts";
import { aServer } from "./servers.fixture.ts";
import { newRow, type ValueRow } from "../../components/value-row.ts";

const stdio = aServer({
  config: {
    transport: "stdio",
    command: "npx",
    args: ["-y", "files", "--key", "${secret:key}"],
    cwd: null,
    env: {
      MODE: { plain: true, value: "fast" },
      TOKEN: { plain: false, secret: { set: true, hint: "4f2a" } },
    },
  },
  limits: { startTimeoutMs: 1500 },
});
const remote = aServer({
  config: {
    transport: "http",
    url: "https://x.test/mcp?k=${secret:query.k}",
    headers: { Authorization: { set: true, hint: null } },
    signIn: PLAIN_SIGN_IN,
  },
  secrets: { "query.k": { set: true, hint: null } },
});

/** The rows with one of them changed. */
const withRow = (rows: ValueRow[], name: string, change: Partial<ValueRow>): ValueRow[] =>
  rows.map((row) => (row.name === name ? { ...row, ...change } : row));
const env = (name: string, change: Partial<ValueRow>): Edits => ({
  env: withRow(draftOf(stdio).env, name, change),
});
const changesOf = (server: ServerView, edits: Edits) => readEdits(server, edits).changes;
const problemsOf = (server: ServerView, edits: Edits) => readEdits(server, edits).problems;

describe("arguments, one per line", () => {
  test.each([
    [["-y", "@x/y", "--name=a b"]],
    [["", "  spaced  ", '"quoted"', "two\nlines", "back\\slash", "{}"]],
    [[]],
  ])("%j survives", (args) => {
    expect(argsOf(linesOf(args))).toEqual(args);
  });

  test("what only begins like a JSON text is taken as it is", () => {
    expect(argsOf('"open\n\nlast')).toEqual(['"open', "last"]);
  });
});

describe("what has changed", () => {
  test("nothing in what is stored, nor in what was changed back", () => {
    expect(changedFields(stdio, {})).toEqual([]);
    expect(changedFields(stdio, { ...draftOf(stdio), args: `${draftOf(stdio).args}\n` })).toEqual(
      [],
    );
    expect(changesOf(stdio, {})).toEqual({});
  });

  test("a field that was not touched follows what is stored", () => {
    const edits = { title: "Mine" };
    expect(changesOf({ ...stdio, description: "new" }, edits)).toEqual({ title: "Mine" });
  });

  test("a new command takes its arguments along", () => {
    expect(changesOf(stdio, { command: "/opt/npx" })).toEqual({
      command: "/opt/npx",
      args: ["-y", "files", "--key", "${secret:key}"],
    });
  });

  test("an empty folder clears it, limits are written whole", () => {
    const inFolder = aServer({ config: { ...stdioConfig(), cwd: "/a" } });
    expect(changesOf(inFolder, { cwd: "" })).toEqual({ cwd: null });
    expect(changesOf(stdio, { callTimeoutMs: "2,5" })).toEqual({
      limits: { startTimeoutMs: 1500, callTimeoutMs: 2500 },
    });
    expect(changesOf(stdio, { startTimeoutMs: "" })).toEqual({ limits: {} });
  });

  test("a server is never stopped, or after some minutes, and works on so many calls", () => {
    const own = aServer({ limits: { idleStopMs: 0, maxConcurrentCalls: 4 } });
    expect(draftOf(own)).toMatchObject({ idleStopMs: "never", maxConcurrentCalls: "4" });
    expect(changedFields(own, { idleStopMs: "never " })).toEqual([]);
    expect(changesOf(own, { idleStopMs: "15" })).toEqual({
      limits: { idleStopMs: 900_000, maxConcurrentCalls: 4 },
    });
    expect(changesOf(stdio, { idleStopMs: "Never", maxConcurrentCalls: "1" })).toEqual({
      limits: { startTimeoutMs: 1500, idleStopMs: 0, maxConcurrentCalls: 1 },
    });
  });

  test("that changed tools are held back is one change, and taken back is none", () => {
    expect(changesOf(stdio, { holdChangedTools: true })).toEqual({ holdChangedTools: true });
    expect(changedFields(stdio, { holdChangedTools: false })).toEqual([]);
    const holding = aServer({ holdChangedTools: true });
    expect(changesOf(holding, { holdChangedTools: false })).toEqual({ holdChangedTools: false });
  });

  test("tags are changed alone, and their order is theirs", () => {
    expect(changesOf(stdio, { tags: ["prod"] })).toEqual({ tags: ["prod"] });
    expect(changedFields({ ...stdio, tags: ["a", "b"] }, { tags: ["b", "a"] })).toEqual(["tags"]);
    expect(changedFields(stdio, { tags: [] })).toEqual([]);
  });

  test("connections are changed alone, and not when they were changed back", () => {
    expect(changesOf(stdio, { connections: "per_client" })).toEqual({ connections: "per_client" });
    expect(changedFields(stdio, { connections: "shared" })).toEqual([]);
  });

  test("the URL is written back with its marks", () => {
    const url = "https://y.test/mcp?k=${secret:query.k}";
    expect(changesOf(remote, { url })).toEqual({ url });
  });
});

describe("variables and headers", () => {
  test("what is not touched is not sent, so that it is kept", () => {
    expect(changesOf(stdio, env("MODE", { value: "slow" }))).toEqual({
      env: { MODE: { value: "slow", plain: true } },
    });
  });

  test("a secret is replaced, removed, or made plain only with a value", () => {
    expect(changesOf(stdio, env("TOKEN", { value: "new" }))).toEqual({
      env: { TOKEN: { value: "new", plain: false } },
    });
    expect(changesOf(stdio, env("TOKEN", { removed: true }))).toEqual({ env: { TOKEN: null } });
    expect(problemsOf(stdio, env("TOKEN", { value: "" }))).toEqual({
      "env:TOKEN": "Enter a value.",
    });
  });

  test("a plain value that becomes secret keeps its value", () => {
    expect(changesOf(stdio, env("MODE", { plain: false, value: "fast" }))).toEqual({
      env: { MODE: { value: "fast", plain: false } },
    });
  });

  test("a new one is added; an empty row is none", () => {
    const { headers } = draftOf(remote);
    const added = { ...newRow(headers, { name: "X-Key" }), value: "v" };
    expect(changesOf(remote, { headers: [...headers, added] })).toEqual({
      headers: { "X-Key": "v" },
    });
    expect(changedFields(remote, { headers: [...headers, newRow(headers)] })).toEqual([]);
  });

  test("names that are refused or doubled are named at their row", () => {
    const { env: rows } = draftOf(stdio);
    const odd = { ...newRow(rows, { name: "1 x" }), value: "v" };
    const twice = { ...newRow(rows, { name: "MODE" }), value: "v" };
    expect(Object.keys(problemsOf(stdio, { env: [...rows, odd] }) ?? {})).toEqual([
      `env:${odd.key}:name`,
    ]);
    expect(problemsOf(stdio, { env: [...rows, twice] })?.[`env:${twice.key}:name`]).toContain(
      "MODE",
    );
  });
});

describe("marks", () => {
  test("those in use and those with a value", () => {
    expect(markNames(stdio, draftOf(stdio))).toEqual(["key"]);
    expect(markNames(remote, { ...draftOf(remote), url: "https://x.test" })).toEqual(["query.k"]);
  });

  test("their values are set and removed", () => {
    expect(changesOf(stdio, { secrets: { key: "v" } })).toEqual({ secrets: { key: "v" } });
    expect(changesOf(remote, { secrets: { "query.k": null } })).toEqual({
      secrets: { "query.k": null },
    });
    expect(problemsOf(stdio, { secrets: { key: "" } })).toEqual({
      "secrets:key": "Enter a value.",
    });
  });
});

test.each([
  [{ name: "Not A Name" }, "name"],
  [{ title: " " }, "title"],
  [{ command: " " }, "command"],
  [{ startTimeoutMs: "soon" }, "startTimeoutMs"],
  [{ callTimeoutMs: "0.001" }, "callTimeoutMs"],
  [{ startTimeoutMs: "4000" }, "startTimeoutMs"],
  [{ maxConcurrentCalls: "0" }, "maxConcurrentCalls"],
  [{ maxConcurrentCalls: "2.5" }, "maxConcurrentCalls"],
  [{ idleStopMs: "0.1" }, "idleStopMs"],
  [{ idleStopMs: "20000" }, "idleStopMs"],
])("%j is refused at its field", (edits, field) => {
  expect(Object.keys(problemsOf(stdio, edits) ?? {})).toEqual([field]);
});

test("an address that is no URL is refused at its field", () => {
  expect(Object.keys(problemsOf(remote, { url: "x.test" }) ?? {})).toEqual(["url"]);
});

function stdioConfig() {
  const { config } = stdio;
  if (config.transport !== "stdio") throw new Error("The fixture is a stdio server.");
  return config;
}

test("a person goes on at the first field that is wrong", () => {
  const problems = problemsOf(stdio, {
    idleStopMs: "soon",
    name: "Not A Name",
    ...env("TOKEN", { value: "" }),
  });
  expect(Object.keys(problems ?? {})).toHaveLength(3);
  expect(firstProblem(problems ?? {})).toBe("name");
  const { name: _, ...others } = problems ?? {};
  expect(firstProblem(others)).toBe("env:TOKEN");
  expect(firstProblem({})).toBeNull();
});

test("limits that a server has of its own have a field each", () => {
  const { shape } = serverLimits;
  const keys = limitRowsOf("stdio").map(({ key }) => key);
  expect(keys.toSorted()).toEqual(Object.keys(shape).toSorted());
  expect(limitRowsOf("http").map(({ key }) => key)).not.toContain("idleStopMs");
});
