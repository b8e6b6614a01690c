import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { findIn, holdsAccessToken } from "./finder.ts";
import { Samples } from "./samples.ts";

const samples = new Samples();
const some = samples.take(200);

const around = (text: string, lead: number): Buffer =>
  Buffer.from(`${"x".repeat(lead)}${text}\nand more`);

const FORMS: Record<string, (value: string, lead: number) => Buffer> = {
  "in clear": (value, lead) => around(value, lead),
  "in JSON, twice": (value, lead) => around(JSON.stringify(JSON.stringify({ value })), lead),
  "percent-encoded": (value, lead) => around(encodeURIComponent(value), lead),
  base64: (value, lead) => Buffer.from(around(value, lead).toString("base64")),
  base64url: (value, lead) => Buffer.from(around(value, lead).toString("base64url")),
  hexadecimal: (value, lead) => Buffer.from(around(value, lead).toString("hex").toUpperCase()),
  "UTF-16": (value, lead) => Buffer.from(around(value, lead).toString("utf8"), "utf16le"),
  "UTF-16, the other way": (value, lead) =>
    Buffer.from(around(value, lead).toString("utf8"), "utf16le").swap16(),
  "in capitals": (value, lead) => around(value.toUpperCase(), lead),
};

/** Another encoding of these would be the second: then their core is not looked for. */
const ENCODED = new Set(["signed token", "random, base64 of it", "hexadecimal"]);
/** Forms in which six characters could be anything, or are something else. */
const ENCODINGS = new Set([
  "base64",
  "base64url",
  "hexadecimal",
  "in capitals",
  "UTF-16, the other way",
]);

describe("the search for samples", () => {
  it.each(Object.keys(FORMS))("finds each where it is %s", (form) => {
    const write = FORMS[form] ?? around;
    for (const sample of some) {
      if (ENCODINGS.has(form) && (sample.exact || ENCODED.has(sample.shape))) continue;
      if (form === "UTF-16" && ENCODED.has(sample.shape)) continue;
      for (const lead of [0, 1, 2, 3]) {
        const ids = findIn(write(sample.value, lead), sample.exact ? [sample] : []).map(
          ({ id }) => id,
        );
        expect(ids, `${sample.shape}: ${sample.value}`).toContain(sample.id);
      }
    }
  });

  it("finds a token that was made elsewhere, by its very value", () => {
    const token = samples.adopt("lmg_kMZ0dzu-3vV1xb5dC0R3LwH_Q7hYyXb2TqVfQpKsN8E", "access token");
    for (const lead of [0, 1, 2]) {
      const hidden = Buffer.from(around(token.value, lead).toString("base64"));
      expect(findIn(hidden, samples.exact)).toEqual([{ id: token.id, form: "base64" }]);
    }
  });

  it("tells one from another, and finds none where there is none", () => {
    const [first, second] = some;
    const both = Buffer.from(`${first?.value} ${second?.value}`);
    expect(new Set(findIn(both).map(({ id }) => id))).toEqual(new Set([first?.id, second?.id]));
    const clean = deflateSync(Buffer.from(some.map(({ value }) => value).join("")));
    expect(findIn(clean, samples.exact)).toEqual([]);
  });
});

const TOKEN = "lmg_kMZ0dzu-3vV1xb5dC0R3LwH_Q7hYyXb2TqVfQpKsN8E";
const SEALED = `v1.k3yd.${"Qx7-_w".repeat(20)}`;

describe("the search for access tokens", () => {
  it.each([
    ["alone", TOKEN],
    ["in a header", `authorization: Bearer ${TOKEN}\r\n`],
    ["behind another column", `name-of-it${TOKEN}more-of-the-row`],
    ["behind what is sealed", `${SEALED}${TOKEN}\0`],
    ["before what is sealed", `${TOKEN}${SEALED}`],
    ["at the end of a page of what is sealed", `${"a".repeat(4000)}${TOKEN}\0`],
    ["at the beginning of one", `\0${TOKEN}${"a".repeat(4000)}`],
  ])("finds one %s", (_where, text) => {
    expect(holdsAccessToken(Buffer.from(text))).toBe(true);
  });

  it.each([
    ["what is sealed", `${SEALED}${TOKEN}${"Qx7-_w".repeat(20)}`],
    ["a page of it", `${"a".repeat(4000)}${TOKEN}${"a".repeat(90)}`],
    ["its hint", "lmg_…sN8E"],
  ])("takes nothing for one in the midst of %s", (_where, text) => {
    expect(holdsAccessToken(Buffer.from(text))).toBe(false);
  });
});
