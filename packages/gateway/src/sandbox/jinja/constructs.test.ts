import { Environment } from "@huggingface/jinja";
import { afterAll, describe, expect, it } from "vitest";
import { Sandbox } from "../sandbox.ts";
import { CONSTRUCTS, SAMPLE_VALUES } from "./constructs.fixture.ts";
import { FILTERS } from "./words.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

describe.each(Object.entries(CONSTRUCTS))("what is documented of Jinja: %s", (_, constructs) => {
  it.each(constructs.map((one) => [one.name, one.template, one.gives]))(
    "%s",
    async (_name, template, gives) => {
      expect(await sandbox.text(template, SAMPLE_VALUES)).toEqual({ text: gives });
    },
  );
});

describe("every word is documented", () => {
  const templates = Object.values(CONSTRUCTS).flat();
  const used = (pattern: (word: string) => RegExp, word: string): boolean =>
    templates.some(({ template }) => pattern(word).test(template));

  it.each([...FILTERS])("the filter %s", (filter) => {
    expect(used((word) => new RegExp(`(\\|\\s*|{% filter )${word}\\b`), filter)).toBe(true);
  });

  it.each([...new Environment().tests.keys()])("the test %s", (test) => {
    expect(used((word) => new RegExp(`is (not )?${word}\\b|'${word}'`), test)).toBe(true);
  });
});
