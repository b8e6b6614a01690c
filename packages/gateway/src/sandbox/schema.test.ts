import type { Schema } from "@cfworker/json-schema";
import { describe, expect, it } from "vitest";
import { checkSchema, validate } from "./schema.ts";

describe("what is wrong with a schema is told with its place", () => {
  it.each<[string, unknown, string | null]>([
    ["nothing", { type: "object", properties: { a: { type: ["string", "null"] } } }, null],
    ["true", true, null],
    ["words that it does not know", { type: "object", "x-order": [1], example: {} }, null],
    ["a reference within", { $defs: { a: { type: "string" } }, $ref: "#/$defs/a" }, null],
    ["a reference by a name", { $defs: { a: { $anchor: "here" } }, $ref: "#here" }, null],
    ["a text", "object", "The schema: It has to be an object, true or false."],
    ["a type", { properties: { a: { type: "text" } } }, "properties/a/type: It has to be one of"],
    ["a property that is none", { properties: { a: 1 } }, "properties/a: It has to be an object"],
    ["required names", { required: "a" }, "required: It has to be a list of names"],
    ["a choice of none", { anyOf: [] }, "anyOf: It has to be a list of schemas."],
    ["one of a choice", { oneOf: [true, { type: 1 }] }, "oneOf/1/type: It has to be one of"],
    ["a pattern", { items: { pattern: "(" } }, "items/pattern: It is no regular expression."],
    ["a pattern of names", { patternProperties: { "(": true } }, "It is no regular expression."],
    ["a count", { minLength: -1 }, "minLength: It has to be a whole number from 0."],
    ["a number", { maximum: "3" }, "maximum: It has to be a number."],
    [
      "a reference elsewhere",
      { items: { $ref: "#/$defs/a" } },
      "items/$ref: “#/$defs/a” is not in",
    ],
    ["a reference to the net", { $ref: "https://example.com/a" }, "$ref: “https://example.com/a”"],
    ["a reference to a prototype", { $ref: "#/__proto__/a" }, "$ref: “#/__proto__/a” is not in"],
  ])("%s", (_name, schema, problem) => {
    expect(checkSchema(schema) ?? "nothing").toContain(problem ?? "nothing");
  });
});

describe("what of a value does not fit is told with its place", () => {
  const pet: Schema = {
    type: "object",
    properties: {
      name: { type: "string", minLength: 1 },
      tags: { type: "array", items: { enum: ["cat", "dog"] } },
      "a/b": { type: "number" },
    },
    required: ["name"],
    additionalProperties: false,
  };
  it.each<[string, unknown, string, string]>([
    ["what is missing", {}, "name", "It is required."],
    ["a type", { name: 1 }, "name", 'The value type "number" is invalid. Expected "string".'],
    ["something in a list", { name: "a", tags: ["cat", "cow"] }, "tags/1", "does not match any of"],
    ["what is not known", { name: "a", colour: "red" }, "colour", "It is not known here."],
    ["a name with a slash", { name: "a", "a/b": "c" }, "a/b", "Expected"],
    ["the whole", [], "", 'Expected "object"'],
  ])("%s", (_name, value, path, message) => {
    expect(validate(pet, value)).toEqual({
      valid: false,
      problems: [{ path, message: expect.stringContaining(message) }],
    });
  });

  it("a choice of which none fits is told once", () => {
    const schema: Schema = { anyOf: [{ type: "string" }, { type: "number" }] };
    expect(validate(schema, true)).toEqual({
      valid: false,
      problems: [{ path: "", message: "The value does not match any subschemas." }],
    });
    expect(validate(schema, 1)).toEqual({ valid: true, problems: [] });
  });

  it("the first ten", () => {
    const schema: Schema = { items: { type: "string" } };
    const { problems } = validate(
      schema,
      Array.from({ length: 99 }, () => 1),
    );
    expect(problems).toHaveLength(10);
    expect(problems.at(-1)).toMatchObject({ path: "9" });
  });
});
