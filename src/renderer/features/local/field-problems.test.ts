import { expect, test } from "vitest";
import { fieldProblems } from "./field-problems.ts";

const refusal = (detail: string) => ({
  data: { code: "validation_failed", message: detail, wayOut: "", params: { detail } },
});

test.each([
  ["template: Line 3: “if” is not closed.", { template: "Line 3: “if” is not closed." }],
  ["arguments.1.name: It is there twice.", { "arguments.1.name": "It is there twice." }],
  ["secret: no.", null],
  ["Nothing of this names a field", null],
])("%s", (detail, problems) => {
  expect(fieldProblems(refusal(detail), ["template", "arguments"])).toEqual(problems);
});

test("a line that is gone is no field's", () => {
  expect(fieldProblems(new Error("gone"), ["template"])).toBeNull();
});
