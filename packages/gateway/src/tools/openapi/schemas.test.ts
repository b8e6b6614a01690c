import { describe, expect, test } from "vitest";
import { operation, plan, toolOf, viewOf, body } from "./test-kit.ts";

describe("schemas", () => {
  test.each([
    [
      { type: "string", nullable: true, enum: ["a"] },
      { type: ["string", "null"], enum: ["a", null] },
    ],
    [
      { nullable: true, allOf: [{ type: "string" }] },
      { anyOf: [{ allOf: [{ type: "string" }] }, { type: "null" }] },
    ],
    [
      { type: "number", minimum: 1, exclusiveMinimum: true },
      { type: "number", exclusiveMinimum: 1 },
    ],
    [
      { type: "number", maximum: 1, exclusiveMaximum: false },
      { type: "number", maximum: 1 },
    ],
    [
      { type: "number", exclusiveMaximum: 5 },
      { type: "number", exclusiveMaximum: 5 },
    ],
    [
      { type: "string", example: "x", xml: {}, "x-y": 1 },
      { type: "string", examples: ["x"] },
    ],
    [{ type: "string", pattern: "^(?<a" }, { type: "string" }],
    [{ type: "file", required: true }, {}],
    [{ not: { type: "string", nullable: true } }, { not: { type: ["string", "null"] } }],
  ])("of 3.0 are those of 2020-12: %j", (schema, written) => {
    const tool = toolOf(
      operation(
        { parameters: [{ name: "q", in: "query", schema: {} }], ...body({ oneOf: [schema] }) },
        {},
        "put",
      ),
    );
    expect(tool.inputSchema).toMatchObject({ properties: { body: { oneOf: [written] } } });
    expect(JSON.stringify(tool.inputSchema)).toContain(JSON.stringify({ oneOf: [written] }));
  });

  test("circles stay references, whatever refers to them", () => {
    const text = operation(
      body({ type: "object", properties: { root: { $ref: "#/components/schemas/Node" } } }),
      {
        components: {
          schemas: {
            Node: {
              type: "object",
              properties: {
                children: { type: "array", items: { $ref: "#/components/schemas/Node" } },
                of: { $ref: "#/components/schemas/a~1b%20c" },
              },
            },
            "a/b c": { type: "string" },
          },
        },
      },
      "post",
    );
    expect(toolOf(text).inputSchema).toMatchObject({
      properties: { root: { $ref: "#/$defs/Node" } },
      $defs: {
        Node: {
          properties: {
            children: { items: { $ref: "#/$defs/Node" } },
            of: { $ref: "#/$defs/a_1b_20c" },
          },
        },
        a_1b_20c: { type: "string" },
      },
    });
  });

  test.each([
    ["a file", { $ref: "other.yaml#/Pet" }, "outside the document"],
    ["a URL", { $ref: "http://169.254.169.254/latest" }, "outside the document"],
    ["nothing", { $ref: "#/components/schemas/No" }, "which is not there"],
    ["what every object has", { $ref: "#/constructor/prototype" }, "which is not there"],
    ["itself", { $ref: "#/components/schemas/Loop" }, "refers to itself"],
  ])("that refer to %s make no tool", (_, schema, problem) => {
    const components = { schemas: { Loop: { $ref: "#/components/schemas/Loop" } } };
    const text = operation({ ...body(schema) }, { components }, "post");
    expect(viewOf(text)).toMatchObject({
      problem: expect.stringContaining(problem),
      inputSchema: null,
    });
    expect(plan(text)).toMatchObject({ tools: [], skipped: [{ key: "POST /pets/{id}" }] });
  });

  test("members called like what objects inherit do nothing", () => {
    const schema = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"}},"required":["__proto__"]}',
    );
    const tool = toolOf(
      operation(
        body({ oneOf: [schema], default: JSON.parse('{"__proto__":{"polluted":1}}') }),
        {},
        "post",
      ),
    );
    expect(JSON.stringify(tool.inputSchema)).not.toContain("__proto__");
    expect(tool.inputSchema).toMatchObject({ properties: { body: { oneOf: [{ required: [] }] } } });
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  test("that are too deep or too big make no tool", () => {
    let deep: object = { type: "string" };
    for (let level = 0; level < 200; level += 1) deep = { type: "array", items: deep };
    expect(viewOf(operation(body(deep), {}, "post")).problem).toContain("too deep");
    const big = { type: "array", items: { description: "x".repeat(200_000) } };
    expect(viewOf(operation(body(big), {}, "post")).problem).toContain("too big");
  });

  test("of answers are kept where the answer is always one kind of object", () => {
    const json = (schema: object) => ({ content: { "application/json": { schema } } });
    const components = {
      schemas: {
        Pet: {
          properties: {
            id: {},
            secret: { writeOnly: true },
            parent: { $ref: "#/components/schemas/Pet" },
          },
        },
      },
    };
    const pet = json({ $ref: "#/components/schemas/Pet" });
    const answers = (responses: object) =>
      toolOf(operation({ responses }, { components })).outputSchema;
    const expected = { properties: { id: {}, parent: { $ref: "#/$defs/Pet" } } };
    expect(answers({ 200: pet, 201: pet, 404: json({ type: "string" }) })).toEqual({
      ...expected,
      type: "object",
      $defs: { Pet: expected },
    });
    expect(answers({ 200: json({ type: "array", items: {} }) })).toBeNull();
    expect(answers({ 200: pet, 204: {} })).toBeNull();
    expect(answers({ 200: json({ type: "object", nullable: true }) })).toBeNull();
    expect(answers({ default: pet })).toBeNull();
    const lost = operation({
      responses: { 200: json({ type: "object", properties: { a: { $ref: "x.yaml" } } }) },
    });
    expect(toolOf(lost).outputSchema).toBeNull();
    expect(viewOf(lost).losses).toEqual([expect.stringContaining("outside the document")]);
  });
});
