import { expect, test } from "vitest";
import { fieldProblems } from "./field-problems.ts";

const refusal = (detail: string) => ({
  data: { code: "validation_failed", message: detail, wayOut: "Correct it.", params: { detail } },
});

test.each([
  ["template: Line 3: “if” is not closed.", { template: "Line 3: “if” is not closed." }],
  ["arguments.1.name: It is there twice.", { "arguments.1.name": "It is there twice." }],
  ["secret: no.", null],
  ["Nothing of this names a field", null],
])("%s", (detail, problems) => {
  expect(fieldProblems(refusal(detail), ["template", "arguments"])).toEqual(problems);
});

test("a way out of its own is told with it", () => {
  const error = {
    data: {
      code: "resource_not_a_file",
      message: "content.path: “x” is a folder.",
      wayOut: "Choose a file.",
      params: {},
    },
  };
  expect(fieldProblems(error, ["content"])).toEqual({
    "content.path": "“x” is a folder. Choose a file.",
  });
});

test("a line that is gone is no field's", () => {
  expect(fieldProblems(new Error("gone"), ["template"])).toBeNull();
});
