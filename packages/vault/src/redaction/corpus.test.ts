import { describe, expect, test } from "vitest";
import { cleanLines } from "./clean.fixture.ts";
import { DIRTY_KINDS, dirtySamples } from "./dirty.fixture.ts";
import { createRedactor, redactJson } from "./redactor.ts";
import { redactText } from "./shapes.ts";

const clean = cleanLines();
const dirty = dirtySamples();
const changed = clean.filter((line) => redactText(line) !== line);
const missed = dirty.filter(({ text, secret }) => redactText(text).includes(secret));

describe("without knowing any secret", () => {
  test(`${changed.length} of ${clean.length} clean lines are changed`, () => {
    expect(new Set(clean).size).toBeGreaterThan(2000);
    expect(changed.slice(Math.floor(clean.length * 0.01))).toEqual([]);
  });

  test.each([
    "nextPageToken",
    "max_tokens",
    "progressToken",
    "tokenizer",
    "authorization_endpoint",
  ])("%s and its value stay", (name) => {
    for (const line of [`${name}=4f2a91`, `${name}: 4f2a91`, `{"${name}":"4f2a91"}`]) {
      expect(redactText(line)).toBe(line);
    }
    expect(redactJson({ [name]: "4f2a91" })).toEqual({ [name]: "4f2a91" });
  });

  test(`${missed.length} of ${dirty.length} secrets in ${DIRTY_KINDS} kinds of shapes and places are missed`, () => {
    expect(dirty.length).toBeGreaterThan(300);
    expect(DIRTY_KINDS).toBeGreaterThan(60);
    expect(missed.slice(Math.floor(dirty.length * 0.005))).toEqual([]);
  });

  test("of each kind of secret at least one is found, and the text around it stays", () => {
    const found = dirty.filter((sample) => !missed.includes(sample)).map(({ what }) => what);
    expect(dirty.filter(({ what }) => !found.includes(what))).toEqual([]);
    expect(redactText("login of ada failed, password: hunter22")).toBe(
      "login of ada failed, password: [removed: value]",
    );
  });

  test("what was redacted once is not changed again", () => {
    for (const { text } of dirty) expect(redactText(redactText(text))).toBe(redactText(text));
  });
});

test("a secret that is known is found in every place, also without a name or a shape of its own", () => {
  const redactor = createRedactor();
  const value = "plain-words-and-4711";
  redactor.know(value);
  for (const { text, secret } of dirty) {
    const withValue = text.replaceAll(secret, value);
    if (withValue === text) continue;
    expect(redactor.text(withValue)).not.toContain(value);
  }
});
