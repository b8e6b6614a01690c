import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cleanLines } from "./clean.fixture.ts";
import { dirtySamples } from "./dirty.fixture.ts";
import { findEverywhere } from "./everywhere.fixture.ts";
import { KEYS, KEYS_BY_MIDDLE } from "./key-forms.ts";
import { isSecretByWords, isSecretName, SECRET_PAIRS, SECRET_WORDS } from "./names.ts";
import { without } from "./ranges.ts";
import { redactText } from "./shapes.ts";

const clean = cleanLines();
const dirty = dirtySamples().map(({ text }) => text);

const slowly = (text: string): string => without(text, findEverywhere(text));

test("the samples are redacted as if they were looked through at every place, in JSON too", () => {
  for (const line of [...clean, ...dirty]) {
    const inJson = JSON.stringify({ line });
    for (const text of [line, inJson, JSON.stringify({ inJson })]) {
      expect(redactText(text)).toBe(slowly(text));
    }
  }
});

/** Lookaheads are none that texts can be made of. */
const madeOf = (form: string): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^(?:${form.replace(/\(\?=[^)]*\)/, "")})$`));
const keys = [
  ...KEYS.flatMap(([starts, rest]) =>
    starts.split(" ").map((start) => madeOf(start.replaceAll(/[.$]/g, String.raw`\$&`) + rest)),
  ),
  ...KEYS_BY_MIDDLE.map(madeOf),
];

const NAME_PARTS =
  "token TOKEN Token api key Key KEY pass password Secret session id prod value 2 _ - . url URL pat path Pattern set cookie authorization connection string webhook sas max progress has".split(
    " ",
  );
const SIGNS = `= : " ' \\ \\n - -- _ . :// a Z 7 , => := == [ ] { } < > </ ( ) \` $ \${ @ ? # & é 漢 …`;
const PARTS = [
  ...SIGNS.split(" "),
  ..." |\n|\r\n|\t|8Q~|:AA|-us1|.atlasv1.|eyJ|M|re_|1/|ABCD|7K3M-9QXT-7K3M-9QXT-7K3M-9QXT|[removed: key]".split(
    "|",
  ),
  ..."Bearer Basic https export DB_PASSWORD".split(" "),
  "api key: ",
  '"name":"',
  '","value":"',
  ...NAME_PARTS,
];
const mixture = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...PARTS) },
      { weight: 2, arbitrary: fc.oneof(...keys) },
      { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
      { weight: 1, arbitrary: fc.constantFrom(...clean) },
      { weight: 1, arbitrary: fc.constantFrom(...dirty) },
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(""));

test("so is any mixture of what secrets are made of", () => {
  fc.assert(
    fc.property(mixture, (mixed) => {
      for (const text of [mixed, JSON.stringify(mixed)])
        expect(redactText(text)).toBe(slowly(text));
    }),
    { numRuns: 2000 },
  );
});

test("keys of every kind are found wherever a word begins", () => {
  for (const key of keys) {
    fc.assert(
      fc.property(key, fc.constantFrom("", " ", '"', "_", "=", "…"), (found, before) => {
        const text = `a${before}${found} b`;
        expect(redactText(text)).toBe(slowly(text));
      }),
      { numRuns: 20 },
    );
  }
});

test("no secret name is without a hint of one", () => {
  const names = [...SECRET_WORDS, ...SECRET_PAIRS];
  expect(names.filter((name) => !isSecretName(`my_${name}`))).toEqual([]);
  const name = fc.array(fc.constantFrom(...NAME_PARTS, ...names), { maxLength: 6 });
  fc.assert(
    fc.property(name, (parts) => {
      expect(isSecretName(parts.join(""))).toBe(isSecretByWords(parts.join("")));
    }),
    { numRuns: 2000 },
  );
});
