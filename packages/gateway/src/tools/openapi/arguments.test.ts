import { describe, expect, test } from "vitest";
import { document, operation, toolOf, viewOf, inPath, body } from "./test-kit.ts";

describe("parameters", () => {
  test("of path and operation, with those of the operation first, go where they belong", () => {
    const text = document({
      paths: {
        "/pets/{id}/{pet id}": {
          parameters: [inPath, { name: "limit", in: "query", schema: { type: "integer" } }],
          get: {
            parameters: [
              {
                name: "limit",
                in: "query",
                required: true,
                schema: { type: "string" },
                description: "How many",
              },
              { name: "id", in: "query", schema: { type: "string" } },
              { name: "X-Trace", in: "header", schema: { type: "string" } },
              { name: "Accept", in: "header", schema: { type: "string" } },
              { name: "filter[name]", in: "query", schema: { type: "string" } },
              { name: "unused", in: "path", schema: { type: "string" } },
            ],
          },
        },
      },
    });
    const tool = toolOf(text);
    expect(tool.url).toBe("https://api.example/v1/pets/{id}/{pet_id}");
    expect(tool.inputSchema).toEqual({
      type: "object",
      properties: {
        id: { type: "integer" },
        pet_id: { type: "string" },
        limit: { type: "string", description: "How many" },
        query_id: { type: "string" },
        "X-Trace": { type: "string" },
        filter_name: { type: "string" },
      },
      required: ["id", "pet_id", "limit"],
    });
    expect(tool.arguments).toEqual({
      limit: { in: "query" },
      query_id: { in: "query", name: "id" },
      "X-Trace": { in: "header" },
      filter_name: { in: "query", name: "filter[name]" },
    });
  });

  test.each([
    ["an array, one by one", { style: "form" }, { type: "array", items: { type: "string" } }, []],
    [
      "an array in one text",
      { explode: false },
      { type: "string", description: "Values with commas between them." },
      ["The values of “q” are one text, with commas between them."],
    ],
    [
      "an array between bars",
      { style: "pipeDelimited" },
      { type: "string", description: "Values with “|” between them." },
      ["The values of “q” are one text, with “|” between them."],
    ],
  ])("%s", (_, style, schema, losses) => {
    const text = operation({
      parameters: [
        { name: "q", in: "query", schema: { type: "array", items: { type: "string" } }, ...style },
      ],
    });
    expect(toolOf(text).inputSchema).toMatchObject({ properties: { q: schema } });
    expect(viewOf(text).losses).toEqual(losses);
  });

  test("an object in the query is its members, and what a tool cannot write is told", () => {
    const schema = {
      type: "object",
      required: ["a"],
      properties: { a: { type: "string" }, b: { type: "object" } },
    };
    const deep = operation({
      parameters: [{ name: "f", in: "query", style: "deepObject", required: true, schema }],
    });
    expect(toolOf(deep).arguments).toEqual({ f_a: { in: "query", name: "f[a]" } });
    expect(toolOf(deep).inputSchema).toMatchObject({ required: ["id", "f_a"] });
    expect(viewOf(deep).losses).toEqual(["“b” of “f” is left out: it has members of its own."]);
    const flat = operation({ parameters: [{ name: "f", in: "query", schema }] });
    expect(toolOf(flat).arguments).toEqual({ a: { in: "query" } });
    const free = operation({
      parameters: [{ name: "f", in: "query", schema: { type: "object" } }],
    });
    expect(viewOf(free)).toMatchObject({
      problem: null,
      losses: [expect.stringContaining("left out")],
    });
    const needed = operation({
      parameters: [{ name: "f", in: "query", required: true, schema: { type: "object" } }],
    });
    expect(viewOf(needed).problem).toContain("“f” is an object");
  });

  test("what cannot be sent is said", () => {
    const cookie = viewOf(
      operation({ deprecated: true, parameters: [{ name: "s", in: "cookie" }] }),
    );
    expect(cookie).toMatchObject({
      problem: null,
      losses: ["It is deprecated: the API may stop answering it.", "The cookie “s” is not sent."],
    });
    const parameter = (name: string) => ({ name, in: "header", schema: { type: "string" } });
    const headers = viewOf(operation({ parameters: ["Host", "a b", "X-Ok"].map(parameter) }));
    expect(headers.losses).toHaveLength(2);
    expect(Object.keys(Object(headers.inputSchema?.properties))).toEqual(["id", "X-Ok"]);
    const matrix = viewOf(operation({ parameters: [{ ...inPath, style: "matrix" }] }));
    expect(matrix.problem).toContain("style “matrix”");
    expect(viewOf(operation({}, {}, "head")).problem).toContain("HEAD");
    expect(viewOf(operation({ parameters: [{ in: "query" }] })).problem).toContain("no name");
    const parameters = Array.from({ length: 501 }, (_, at) => ({ name: `p${at}`, in: "query" }));
    expect(viewOf(operation({ parameters })).problem).toContain("500");
  });

  test("what is always sent is not asked for", () => {
    const text = operation({
      parameters: [
        { name: "api_key", in: "query", required: true, schema: { type: "string" } },
        { name: "X-Key", in: "header", required: true, schema: { type: "string" } },
      ],
    });
    const tool = toolOf(text, {
      query: { api_key: { value: "k", plain: false } },
      headers: { "x-key": { value: "h", plain: false } },
    });
    expect(tool.arguments).toEqual({});
    expect(tool.inputSchema).toMatchObject({ required: ["id"] });
  });
});

describe("bodies", () => {
  test("members of an object are arguments, without those only the API sends", () => {
    const text = operation(
      {
        ...body({
          allOf: [
            { $ref: "#/components/schemas/Named" },
            {
              type: "object",
              required: ["id", "age"],
              properties: { id: { type: "string", readOnly: true }, age: { type: "integer" } },
            },
          ],
        }),
      },
      {
        components: {
          schemas: { Named: { type: "object", properties: { name: { type: "string" }, id: {} } } },
        },
      },
      "post",
      "/pets/{name}",
    );
    const tool = toolOf(text);
    expect(tool.arguments).toEqual({
      body_name: { in: "body", name: "name" },
      age: { in: "body" },
    });
    expect(tool.inputSchema).toEqual({
      type: "object",
      properties: {
        name: { type: "string" },
        body_name: { type: "string" },
        age: { type: "integer" },
      },
      required: ["name", "age"],
    });
    expect(tool.body).toEqual({ type: "json", whole: null });
  });

  test.each([
    ["an array", { type: "array", items: { type: "string" } }],
    ["one of several", { oneOf: [{ type: "string" }, { type: "number" }] }],
    ["a map", { type: "object", additionalProperties: { type: "string" } }],
    ["an object with more", { type: "object", properties: { a: {} }, additionalProperties: true }],
  ])("%s is one argument", (_, schema) => {
    const tool = toolOf(operation(body(schema), {}, "post"));
    expect(tool.body).toEqual({ type: "json", whole: "body" });
    expect(tool.inputSchema).toMatchObject({
      properties: { body: schema },
      required: ["id", "body"],
    });
  });

  test("a form, a text, and what a tool cannot send", () => {
    const as = (type: string, schema: object, required = true) =>
      operation({ requestBody: { required, content: { [type]: { schema } } } }, {}, "post");
    const fields = { type: "object", properties: { a: { type: "string" }, b: { type: "object" } } };
    const form = as("application/x-www-form-urlencoded", fields);
    expect(toolOf(form)).toMatchObject({
      body: { type: "form", whole: null },
      arguments: { a: { in: "body" } },
    });
    expect(viewOf(form).losses).toEqual([
      "The field “b” of its form is left out: it has members of its own.",
    ]);
    expect(toolOf(as("text/plain", {})).body).toEqual({ type: "text", whole: "body" });
    expect(viewOf(as("multipart/form-data", fields)).problem).toContain("multipart/form-data");
    expect(viewOf(as("multipart/form-data", fields, false))).toMatchObject({
      problem: null,
      losses: [expect.stringContaining("left out")],
    });
    expect(viewOf(operation(body({ type: "object" }))).problem).toContain("a GET cannot have");
  });
});
