import { describe, expect, test } from "vitest";
import { fieldsOf, readForm, readJson, startValues, valuesOf } from "./call-form.ts";

const schema = {
  type: "object",
  properties: {
    limit: { type: "integer", default: 10, description: "How many" },
    title: { type: "string" },
    draft: { type: ["boolean", "null"] },
    state: { enum: ["open", "closed", 3] },
    ratio: { anyOf: [{ type: "number" }, { type: "null" }] },
    labels: { type: "array", items: { type: "string" } },
    anything: true,
  },
  required: ["title", "state"],
};
const fields = fieldsOf(schema);

describe("fields of a schema", () => {
  test("required ones first, otherwise in its order, each of its kind", () => {
    expect(fields.map(({ name, kind }) => [name, kind])).toEqual([
      ["title", "text"],
      ["state", "choice"],
      ["limit", "integer"],
      ["draft", "boolean"],
      ["ratio", "number"],
      ["labels", "json"],
      ["anything", "json"],
    ]);
  });

  test("a default is what the field begins with", () => {
    expect(startValues(fields)).toMatchObject({ limit: "10", title: "" });
    const [text] = fieldsOf({ properties: { a: { type: "string", default: "x" } } });
    expect(text?.start).toBe("x");
  });

  test.each([undefined, null, true, "text", [], { type: "object" }, { properties: 4 }])(
    "a schema that says nothing (%j) asks for nothing",
    (nothing) => {
      expect(fieldsOf(nothing)).toEqual([]);
    },
  );

  test("a hostile schema breaks no field", () => {
    const [one] = fieldsOf({ properties: { a: { type: 7, enum: "x", anyOf: 3, description: 1 } } });
    expect(one).toMatchObject({ name: "a", kind: "json" });
  });
});

describe("what was filled in", () => {
  test("empty arguments are left out, the others have their type", () => {
    const { value } = readForm(fields, {
      title: "Bug",
      state: "3",
      limit: " 5 ",
      draft: "true",
      labels: '["a"]',
    });
    expect(value).toEqual({ title: "Bug", state: 3, limit: 5, draft: true, labels: ["a"] });
  });

  test("a text is never read as anything else", () => {
    const { value } = readForm(fieldsOf({ properties: { a: { type: "string" } } }), { a: "12" });
    expect(value).toEqual({ a: "12" });
  });

  test("what is missing or no number is named at its field", () => {
    const { value, problems } = readForm(fields, { limit: "1.5", ratio: "x", labels: "[a]" });
    expect(value).toBeNull();
    expect(Object.keys(problems ?? {}).sort()).toEqual([
      "labels",
      "limit",
      "ratio",
      "state",
      "title",
    ]);
  });
});

describe("arguments as JSON", () => {
  test("an object is taken, nothing is an empty one", () => {
    expect(readJson('{"a": [1, null]}').value).toEqual({ a: [1, null] });
    expect(readJson("  ").value).toEqual({});
  });

  test.each(["[1]", "3", "{a: 1}", '{"a": '])("%s is refused", (text) => {
    const { value, problem } = readJson(text);
    expect(value).toBeNull();
    expect(problem).not.toBe("");
  });

  test("the form shows what JSON said, unless it has no field for it", () => {
    const shown = valuesOf(fields, { title: "Bug", labels: ["a"], draft: false });
    expect(shown).toMatchObject({ title: "Bug", labels: '["a"]', draft: "false", limit: "" });
    expect(valuesOf(fields, { other: 1 })).toBeNull();
  });
});
