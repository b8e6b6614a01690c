import type { OpenApiOperation, OpenApiView } from "@local-mcp/contract";
import { expect, test } from "vitest";
import { firstChoice, readChoice, shownOperations } from "./openapi-choice.ts";

const operation = (key: string, part: Partial<OpenApiOperation> = {}): OpenApiOperation => ({
  key,
  method: "GET",
  path: "/pets",
  operationId: null,
  summary: null,
  tags: [],
  deprecated: false,
  name: key.toLowerCase().replaceAll(/[^a-z]+/g, "_"),
  inputSchema: { type: "object" },
  problem: null,
  losses: [],
  ...part,
});

const view = (part: Partial<OpenApiView> = {}): OpenApiView => ({
  title: "Pets",
  version: "1",
  servers: ["https://pets.example.com/v1"],
  auth: [{ name: "key", type: "header", parameter: "X-Key", description: "" }],
  operations: [
    operation("GET /pets", { summary: "List all" }),
    operation("POST /pets", { tags: ["write"] }),
    operation("GET /old", { deprecated: true }),
    operation("GET /odd", { problem: "It needs a cookie.", inputSchema: null }),
  ],
  ...part,
});

test("what can become a tool is proposed, as the document wants to be asked", () => {
  const choice = firstChoice(view());
  expect([...choice.chosen]).toEqual(["GET /pets", "POST /pets"]);
  expect(choice).toMatchObject({
    baseUrl: "https://pets.example.com/v1",
    signIn: { type: "header", parameter: "X-Key" },
    allowPrivateNetwork: false,
  });
});

test("nothing of a large document is proposed", () => {
  const many = Array.from({ length: 21 }, (_, nth) => operation(`GET /${nth}`));
  expect(firstChoice(view({ operations: many })).chosen.size).toBe(0);
  expect(firstChoice(view({ operations: many.slice(1) })).chosen.size).toBe(20);
});

test("a key goes as the secret header that the document names", () => {
  const choice = firstChoice(view());
  const { wanted } = readChoice("{}", view(), {
    ...choice,
    signIn: { ...choice.signIn, secret: "s3cret" },
    names: { "GET /pets": "list_pets" },
    tags: ["pets"],
  });
  expect(wanted).toMatchObject({
    text: "{}",
    operations: [
      { key: "GET /pets", name: "list_pets" },
      { key: "POST /pets", name: "post_pets" },
    ],
    headers: { "X-Key": { value: "s3cret", plain: false } },
    tags: ["pets"],
  });
  expect(wanted?.auth).toBeUndefined();
});

test("what is wrong is said at its field", () => {
  const choice = firstChoice(view());
  expect(
    readChoice("{}", view(), {
      ...choice,
      baseUrl: " ",
      names: { "GET /pets": "post_pets", "POST /pets": "post_pets" },
    }).problems,
  ).toEqual({
    auth: "Enter it, or choose None and add it to each tool later.",
    baseUrl: "Write the address that its paths follow.",
    "operations:GET /pets": "“post_pets” is there more than once.",
    "operations:POST /pets": "“post_pets” is there more than once.",
  });
  expect(
    readChoice("{}", view(), {
      ...choice,
      chosen: new Set(),
      signIn: { ...choice.signIn, type: "none" },
    }).problems,
  ).toEqual({ operations: "Choose what is to become a tool." });
});

test("a filter looks in method, path, name, summary and tags", () => {
  const found = (filter: string) =>
    shownOperations(view().operations, filter).map(({ key }) => key);
  expect(found("get pets")).toEqual(["GET /pets"]);
  expect(found("WRITE")).toEqual(["POST /pets"]);
  expect(found("list all")).toEqual(["GET /pets"]);
  expect(found("nothing")).toEqual([]);
});
