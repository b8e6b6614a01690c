import { expect, test } from "vitest";
import { z } from "zod";
import { describeIssues } from "./issues.ts";
import { toolCreate } from "./tools.ts";

const said = (schema: z.ZodType, value: unknown): string =>
  describeIssues(schema.safeParse(value).error?.issues ?? []);

test.each([
  [z.object({ a: z.string() }), {}, "a: It is required."],
  [
    z.object({ a: z.string() }),
    undefined,
    "Nothing was given: what it takes has to be there, as JSON.",
  ],
  [z.object({ a: z.string() }), { a: 7 }, "a: It has to be a text."],
  [z.object({ a: z.boolean() }), { a: "yes" }, "a: It has to be true or false."],
  [z.object({ a: z.number().int() }), { a: 1.5 }, "a: It has to be a whole number."],
  [z.array(z.string()), {}, "It has to be a list."],
  [z.object({ a: z.string().max(3) }), { a: "CANARY" }, "a: It has to have at most 3 characters."],
  [z.array(z.string()).min(2), ["a"], "It has to have at least 2 entries."],
  [z.number().min(5), 1, "It has to be at least 5."],
  [z.enum(["a", "b", "c"]), "CANARY", "It has to be a, b or c."],
  [
    z.discriminatedUnion("type", [
      z.object({ type: z.literal("a") }),
      z.object({ type: z.literal("b") }),
    ]),
    { type: "CANARY" },
    "type: It has to be a or b.",
  ],
  [z.union([z.string(), z.number()]), null, "It has none of the forms that it can have."],
  [z.string().max(3, "In its own words."), "CANARY", "In its own words."],
])("a person can read what is wrong, %#", (schema, value, sentence) => {
  expect(said(schema, value)).toBe(sentence);
});

test("a field of the product's own that is left out is required", () => {
  expect(said(toolCreate, { name: "x" })).toBe("url: It is required.");
});
