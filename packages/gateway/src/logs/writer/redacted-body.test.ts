import { createRedactor } from "@local-mcp/vault";
import { expect, test } from "vitest";
import { BEYOND_NAME, MAX_NAME } from "../entries.ts";
import { redactedStart } from "./redacted-body.ts";

/** Known by its form alone, and only where all of it is there. */
const KEY = `ghp_${"Ab3dEf6hIj9kLm2nOp5qRs8tUv1w".padEnd(36, "X4")}`;

test("a secret that the end of a name would cut is not there in part", () => {
  const redactor = createRedactor();
  const clean = (text: string): string =>
    redactedStart(text, MAX_NAME, (dirty) => redactor.text(dirty));
  const leaks = (text: string): boolean => clean(text).includes(KEY.slice(0, 8));
  for (let before = MAX_NAME - 50; before <= MAX_NAME + 10; before += 1) {
    expect(leaks(`${"x ".repeat(300).slice(0, before)} ${KEY} and more`)).toBe(false);
  }
  // Where it was cut before, though what was removed made the rest short.
  const many = Array.from({ length: 30 }, () => KEY).join(" ");
  const told = MAX_NAME + BEYOND_NAME;
  for (let cut = 8; cut < 40; cut += 1) {
    const handed = many.slice(0, many.lastIndexOf(" ", told - cut) + 1).padEnd(told - cut, "- ");
    expect(leaks(handed + KEY.slice(0, cut))).toBe(false);
  }
  expect(clean("x".repeat(told))).toBe("x".repeat(MAX_NAME));
  expect(clean(`a ${KEY}`)).toBe("a [removed: key]");
});
