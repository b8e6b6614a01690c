import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { isParticular } from "./forms.ts";
import { createRedactor } from "./redactor.ts";

const knowing = (...values: string[]) => {
  const redactor = createRedactor();
  for (const value of values) redactor.know(value);
  return redactor;
};

/** Nothing of it but what any text has: no eight characters in a row. */
const saysNothingOf = (text: string, secret: string): void => {
  for (let at = 0; at + 8 <= secret.length; at += 1) {
    expect(text).not.toContain(secret.slice(at, at + 8));
  }
};

describe("a known secret", () => {
  const secret = 'zebra/ünd "Fuchs" + 4?';
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const within = (before: string, after: string): Buffer =>
    Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);

  test.each([
    ["as it is", secret],
    ["in JSON", json],
    ["in JSON within JSON", JSON.stringify(json).slice(1, -1)],
    ["in JSON with escaped slashes", json.replaceAll("/", String.raw`\/`)],
    ["in JSON of ASCII only", json.replace("ü", String.raw`\u00fc`)],
    ["in HTML", secret.replaceAll('"', "&quot;")],
    ["in a URL", encodeURIComponent(secret)],
    [
      "in a URL, in small letters",
      encodeURIComponent(secret).replace(/%../g, (c) => c.toLowerCase()),
    ],
    ["in a form", encodeURIComponent(secret).replaceAll("%20", "+")],
    ["in hex", bytes.toString("hex")],
    ["in large hex", bytes.toString("hex").toUpperCase()],
    ["in base64", bytes.toString("base64")],
    ["in base64 behind one byte", within("a", "bc").toString("base64")],
    ["in base64 behind two bytes", within("ab", "c").toString("base64")],
    ["in base64 behind a user", within("ada:", "").toString("base64")],
    ["in base64 for URLs", within("x", "").toString("base64url")],
  ])("is removed %s", (_, form) => {
    const clean = knowing(secret).text(`before ${form} after`);
    expect(clean).toMatch(/^before .{0,6}\[removed: secret\].{0,6} after$/);
  });

  it("is removed in every encoding, whatever it is made of", () => {
    const value = fc
      .string({ unit: "grapheme", minLength: 8, maxLength: 60 })
      .filter((text) => text.trim() === text && isParticular(text));
    fc.assert(
      fc.property(value, fc.string({ maxLength: 3 }), (text, before) => {
        const redactor = knowing(text);
        const encoded = Buffer.concat([Buffer.from(before), Buffer.from(text)]);
        expect(redactor.text(`${before}${text}`)).not.toContain(text);
        for (const form of [
          JSON.stringify({ a: text }),
          encodeURIComponent(text),
          encoded.toString("base64"),
          encoded.toString("base64url"),
          encoded.toString("hex"),
        ]) {
          expect(redactor.text(form)).toContain("[removed: secret]");
        }
      }),
      { numRuns: 200 },
    );
  });

  it("is removed as a whole where another one is its beginning, or begins within it", () => {
    const redactor = knowing("correcthorse", "correcthorsebattery", "batterystaple");
    expect(redactor.text("correcthorse")).toBe("[removed: secret]");
    expect(redactor.text("correcthorsebattery.")).toBe("[removed: secret].");
    expect(redactor.text("correcthorsebatterystaple.")).toBe("[removed: secret].");
    expect(redactor.text("correcthors")).toBe("[removed: secret]");
    expect(redactor.text("correcthors is none")).toBe("correcthors is none");
    const nested = knowing("otter-one", "otter-one-aaaa", "one-aa");
    expect(nested.text("otter-one-bbbb")).toBe("[removed: secret]-bbbb");
    expect(nested.text("otter-one-aaaa!")).toBe("[removed: secret]!");
  });

  it("is removed where the end of a line or of the text cuts it off", () => {
    const redactor = knowing("zebra-fuchs-otter-4711");
    for (const end of ["", "\n", "…", "\r\n"]) {
      expect(redactor.text(`key zebra-fuchs-ot${end}`)).toBe(`key [removed: secret]${end}`);
    }
    // So little is anybody's.
    expect(redactor.text("a zebra-f")).toBe("a zebra-f");
  });

  it("is removed line by line where it has several", () => {
    const lines = ["MIIEvQIBADANBgkqhkiG9w0B", "AQEFAASCBKcwggSjAgEAAoIB"];
    const redactor = knowing(["-----BEGIN PRIVATE KEY-----", ...lines].join("\n"));
    expect(redactor.text(`> ${lines[1]}`)).toBe("> [removed: secret]");
    expect(redactor.text("-----BEGIN CERTIFICATE-----")).toBe("-----BEGIN CERTIFICATE-----");
  });

  test.each([
    ["Bearer zebra-fuchs-4711", "zebra-fuchs-4711"],
    [`Basic ${Buffer.from("ada:zebra-fuchs").toString("base64")}`, "zebra-fuchs"],
    ["ada:zebra-fuchs", "zebra-fuchs"],
    ["ada:zebra%20fuchs", "zebra fuchs"],
    ["postgres://ada:zebra-fuchs@db/app", "zebra-fuchs"],
    ["Server=db;Password=zebra-fuchs;", "zebra-fuchs"],
    ['{"user":"ada","private_key":"zebra-fuchs"}', "zebra-fuchs"],
    ["7K3M-9QXT-7K3M-9QXT-7K3M-9QXT-7K3M-9QXT", "7k3m9qxt7k3m9qxt7k3m9qxt7k3m9qxt"],
    ["  zebra-fuchs\n", "zebra-fuchs"],
  ])("also in “%s” it is %s", (value, part) => {
    expect(knowing(value).text(`it is ${part} here`)).toBe("it is [removed: secret] here");
  });

  it("is removed from values of JSON, also as a number and as a name", () => {
    const redactor = knowing("zebra-fuchs", "4711471147");
    expect(
      redactor.json({ a: ["x zebra-fuchs y"], "zebra-fuchs": 1, n: 4711471147, at: new Date(0) }),
    ).toEqual({
      a: ["x [removed: secret] y"],
      "[removed: secret]": 1,
      n: "[removed: secret]",
      at: "1970-01-01T00:00:00.000Z",
    });
  });

  it("that others follow is known for a while, and not for ever", () => {
    const redactor = createRedactor();
    const token = (at: number): string => `token-of-a-moment-${at}`;
    redactor.know("zebra-fuchs");
    for (let at = 0; at < 2000; at += 1) redactor.knowForNow(token(at));
    for (const at of [1000, 1499, 1500, 1999]) {
      expect(redactor.text(`a ${token(at)} b`)).toBe("a [removed: secret] b");
    }
    expect(redactor.text(`a ${token(999)} b`)).toBe(`a ${token(999)} b`);
    expect(redactor.text("zebra-fuchs")).toBe("[removed: secret]");
    redactor.forget();
    for (const at of [1499, 1999]) expect(redactor.text(token(at))).toBe(token(at));
  });

  it("is forgotten when asked to", () => {
    const redactor = knowing("zebra-fuchs");
    expect(redactor.text("zebra-fuchs")).toBe("[removed: secret]");
    redactor.forget();
    expect(redactor.text("zebra-fuchs")).toBe("zebra-fuchs");
    redactor.know("zebra-otter");
    expect(redactor.text("zebra-fuchs")).toBe("zebra-fuchs");
    redactor.know("zebra-fuchs");
    expect(redactor.text("zebra-fuchs")).toBe("[removed: secret]");
  });
});

describe("taken for a secret", () => {
  test.each([
    ["12345", "short"],
    ["aaaaaaaa", "one sign"],
    ["8080", "a port"],
    ["1048576", "a limit"],
    ["true", "a switch"],
    ["production", "a word of settings"],
    ["PRODUCTION", "the same in capitals"],
    ["localhost:8080", "an address"],
    ["127.0.0.1", "an address"],
    ["2026-11-21", "a date"],
    ["2026-11-21T10:00:00Z", "a time"],
    ["1.2.3", "a version"],
    ["application/json", "a media type"],
    ["/home/ada/projects", "a path"],
    ["C:\\Users\\Ada\\Documents", "a path"],
    ["https://api.example.com/v1", "an address"],
  ])("“%s” is not: %s", (value) => {
    expect(knowing(value).text(`a ${value} b`)).toBe(`a ${value} b`);
  });

  test.each([
    ["hunter2", "a bad password"],
    ["dragonfly", "a word that settings do not have"],
    ["12345678", "eight digits"],
    ["4111-1111-1111-1111-11", "many digits"],
    ["correct-horse", "words"],
    ["/9j4AAQ8kT0x/3vBq", "base64 that begins as a path does"],
    ["https://hooks.example.com/T0A9/xK29dk2Lq81", "an address that only its owner knows"],
    ["https://example.com/?a=b", "an address with a query"],
  ])("“%s” is: %s", (value) => {
    expect(knowing(value).text(`a ${value} b`)).not.toContain(value);
  });
});

test("ten thousand secrets that begin alike are found, and a megabyte of their beginning costs little", () => {
  const redactor = createRedactor();
  const values = Array.from(
    { length: 10_000 },
    (_, at) => `canary-of-a-column-${at}-${randomBytes(6).toString("base64")}`,
  );
  for (const value of values) redactor.know(value);
  for (let at = 0; at < values.length; at += 997) {
    const value = values[at] ?? "";
    saysNothingOf(
      redactor.text(`x ${value} y ${Buffer.from(value).toString("base64")}`),
      value.slice(12),
    );
  }
  // Looked at one by one they would take minutes.
  const text = "canary-of-a-column-1".repeat(50_000);
  expect(redactor.text(`${text}.`).length).toBe(text.length + 1);
});
