import { describe, expect, test } from "vitest";
import { READERS } from "./readers.ts";

const CLOSED = { seal: null, leaves: false };

const problemsOf = (type: keyof typeof READERS, raw: object): string[] =>
  READERS[type](raw, "/0", CLOSED).problems.map(({ pointer, message }) => `${pointer} ${message}`);

const url = "https://x.example/mcp";

describe("what is wrong is told at the field of the file", () => {
  test.each<[keyof typeof READERS, object, string]>([
    ["gateways", { name: 5, slug: "g", url }, "/0/name It has to be a text."],
    ["gateways", { name: "G", slug: 5, url }, "/0/slug It has to be a text."],
    ["gateways", { name: "G", slug: "no slug", url }, "/0/slug"],
    ["prompts", { name: "p", template: "x", title: 5 }, "/0/title It has to be a text."],
    [
      "prompts",
      { name: "p", template: "x", displayName: 5 },
      "/0/displayName It has to be a text.",
    ],
    ["resources", { uri: "note:a", content: "a", mimeType: "md" }, "/0/mimeType"],
    ["tools", { name: "t" }, "/0/url"],
  ])("%s %j", (type, raw, expected) => {
    const [first, ...others] = problemsOf(type, raw);
    expect(first?.slice(0, expected.length)).toBe(expected);
    expect(others).toEqual([]);
  });
});

describe("arguments of a prompt", () => {
  const argumentsOf = (more: object) => {
    const raw = { name: "p", template: "{{ a }}", ...more };
    return READERS.prompts(raw, "/0", CLOSED).entity?.fields.arguments;
  };

  test("are those of the schema, which says something of them where it has properties", () => {
    const properties = { b: { type: "string", description: "B." } };
    expect(argumentsOf({ input_schema: { properties, required: ["b"] } })).toEqual([
      { name: "b", description: "B.", required: true },
    ]);
    expect(argumentsOf({ input_schema: { properties: {} } })).toEqual([]);
    expect(argumentsOf({ input_schema: { type: "object" } })).toEqual(argumentsOf({}));
  });

  test("win over the schema, which is made of them", () => {
    const input_schema = { properties: { b: {} } };
    expect(argumentsOf({ arguments: [{ name: "a" }], input_schema })).toEqual([{ name: "a" }]);
  });
});
