import type { ToolView } from "@local-mcp/contract";
import { expect, test } from "vitest";
import { newRow } from "../../components/value-row.ts";
import { newArgument, rowsOf, schemaOf } from "./argument-row.ts";
import {
  changedFields,
  draftOf,
  EMPTY_TOOL,
  firstProblem,
  placeOf,
  previewOf,
  readEdits,
  readNew,
} from "./tool-draft.ts";

const SECRET = { set: true, hint: "4f2a", updatedAt: 0 };

const tool = (part: Partial<ToolView> = {}): ToolView => ({
  id: "1",
  name: "weather",
  title: null,
  description: "",
  method: "GET",
  url: "https://api.example.com/{city}",
  query: { lang: { plain: true, value: "en" } },
  headers: { "X-Key": { plain: false, secret: SECRET } },
  arguments: { days: { in: "query", name: "d" } },
  body: { type: "json", whole: null },
  auth: { type: "bearer", token: SECRET },
  inputSchema: {
    type: "object",
    properties: {
      city: { type: "string", minLength: 1 },
      days: { type: "integer", description: "How many" },
    },
    required: ["city"],
    additionalProperties: false,
  },
  outputSchema: null,
  annotations: { readOnlyHint: true, openWorldHint: true },
  responseFilter: null,
  timeoutMs: 2500,
  maxResponseBytes: null,
  allowPrivateNetwork: false,
  tags: ["prod"],
  enabled: true,
  profiles: [],
  problem: null,
  createdAt: 0,
  updatedAt: 0,
  ...part,
});

test("what is stored differs from itself in nothing", () => {
  expect(changedFields(tool(), {})).toEqual([]);
  expect(changedFields(tool(), draftOf(tool()))).toEqual([]);
  expect(changedFields(null, EMPTY_TOOL)).toEqual([]);
});

test("only what was changed is sent, and a secret that was not replaced is not", () => {
  const stored = draftOf(tool());
  const { changes } = readEdits(tool(), {
    title: " Weather ",
    timeout: "3",
    query: stored.query.map((row) => ({ ...row, value: "de" })),
    headers: [...stored.headers, newRow(stored.headers, { name: "X-New", value: "a secret" })],
    tags: ["prod", "web"],
  });
  expect(changes).toEqual({
    title: "Weather",
    timeoutMs: 3000,
    query: { lang: { value: "de", plain: true } },
    headers: { "X-New": { value: "a secret", plain: false } },
    tags: ["prod", "web"],
  });
});

test("a removed header is sent as null, a sign-in that stays keeps its token", () => {
  const stored = draftOf(tool());
  expect(
    readEdits(tool(), { headers: stored.headers.map((row) => ({ ...row, removed: true })) })
      .changes,
  ).toEqual({ headers: { "X-Key": null } });
  expect(readEdits(tool(), { auth: { ...stored.auth, token: "new one" } }).changes).toEqual({
    auth: { type: "bearer", token: "new one" },
  });
  expect(
    readEdits(tool(), { auth: { type: "basic", token: null, username: "me", password: null } })
      .problems,
  ).toEqual({ "auth:password": "Enter the password." });
});

test("the form of a schema keeps what it has no field for", () => {
  const { rows, rest } = draftOf(tool()).arguments;
  expect(rows.map(({ name, required, place, sentAs }) => [name, required, place, sentAs])).toEqual([
    ["city", true, "auto", ""],
    ["days", false, "query", "d"],
  ]);
  expect(schemaOf({ rows, rest })).toEqual(tool().inputSchema);
  const renamed = rows.map((row) => (row.name === "days" ? { ...row, name: "count" } : row));
  expect(readEdits(tool(), { arguments: { rows: renamed, rest } }).changes).toEqual({
    arguments: { count: { in: "query", name: "d" } },
    inputSchema: {
      ...tool().inputSchema,
      properties: {
        city: { type: "string", minLength: 1 },
        count: { type: "integer", description: "How many" },
      },
    },
  });
});

test("a schema that rows cannot show is edited as JSON", () => {
  expect(rowsOf({ type: "object", properties: { a: true } }, {})).toBeNull();
  expect(rowsOf({ type: "object", required: ["a"] }, {})).toBeNull();
  const odd = tool({ inputSchema: { type: "object", properties: { a: true } } });
  expect(draftOf(odd).inputText).toContain('"a": true');
  expect(changedFields(odd, {})).toEqual([]);
});

test("what the URL names is an argument, and required", () => {
  const { tool: made } = readNew(
    { ...EMPTY_TOOL, name: "a", url: "https://api.example.com/{city}/{day}?x={no}" },
    ["dev"],
  );
  expect(made?.inputSchema).toEqual({
    type: "object",
    properties: { city: { type: "string" }, day: { type: "string" } },
    required: ["city", "day"],
  });
  expect(made?.profiles).toEqual(["dev"]);
});

test("what is wrong is said at its field, and the first one is where a person goes on", () => {
  const rows = [newArgument([], "a")];
  const { problems } = readNew(
    {
      ...EMPTY_TOOL,
      name: "a b",
      url: "",
      timeout: "soon",
      outputSchema: '{\n "type": "object",\n}',
      arguments: { rows: [...rows, { ...newArgument(rows, "a"), key: "twice" }], rest: {} },
      headers: [newRow([], { name: "Bad Name", value: "x" })],
      tags: ["x".repeat(51)],
    },
    [],
  );
  expect(problems).toMatchObject({
    name: "A name has 1 to 128 of A-Z, a-z, 0-9, _, . and -.",
    url: "Write the URL that it asks.",
    timeoutMs: "Write a number of seconds, for example 30.",
    "inputSchema:twice": "“a” stands here more than once.",
    tags: "A tag has 1 to 50 characters, and no comma.",
  });
  expect(problems?.outputSchema).toContain("Line 3 ");
  expect(Object.keys(problems ?? {}).some((key) => /^headers:.*:name$/.test(key))).toBe(true);
  expect(firstProblem(problems ?? {})).toBe("name");
  expect(firstProblem({ tags: "", "headers:a": "" })).toBe("headers:a");
});

test("what the gateway refuses is said at the very row", () => {
  const draft = draftOf(tool());
  expect(placeOf(["inputSchema", "properties", "days", "type"], draft)).toBe("inputSchema:days");
  expect(placeOf(["inputSchema", "properties"], draft)).toBe("inputSchema");
  expect(placeOf(["arguments", "city", "in"], draft)).toBe("inputSchema:city");
  expect(placeOf(["headers", "X-Key"], draft)).toBe("headers:X-Key");
  expect(placeOf(["auth", "token"], draft)).toBe("auth:token");
  expect(placeOf(["body", "whole"], draft)).toBe("body:whole");
  expect(placeOf(["inputSchema", "properties", "days"], { ...draft, inputText: "{" })).toBe(
    "inputSchema",
  );
});

test("clients see no more than the definition", () => {
  expect(Object.keys(previewOf(draftOf(tool()), tool()))).toEqual([
    "name",
    "inputSchema",
    "annotations",
  ]);
  expect(previewOf({ ...draftOf(tool()), effect: "destroys" }, tool())["annotations"]).toEqual({
    openWorldHint: true,
    readOnlyHint: false,
    destructiveHint: true,
  });
});
