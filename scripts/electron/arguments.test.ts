import { expect, test } from "vitest";
import { parseStartArguments } from "./arguments.ts";

test.each([
  [[], { headless: false, as: null, rest: [] }],
  [["--headless", "--port", "0"], { headless: true, as: null, rest: ["--port", "0"] }],
  [["--as", "ada", "--hidden"], { headless: false, as: "ada", rest: ["--hidden"] }],
  [["--data-dir", "d", "--as=ada"], { headless: false, as: "ada", rest: ["--data-dir", "d"] }],
  [["--as"], { headless: false, as: "", rest: [] }],
])("%j", (args, expected) => {
  expect(parseStartArguments(args)).toEqual(expected);
});
