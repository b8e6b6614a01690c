import { expect, it, test } from "vitest";
import { formsOf, isParticular, partsOf } from "./forms.ts";

test.each([
  "abcde",
  "1234567",
  "printer.local",
  "nas-2.local:8443",
  "::1:8080",
  "[::1]:8080",
  "fe80::1",
  "192.168.1.17",
  "192.168.1.17:5432",
  "2026-11-21T10:00:00.123Z",
  "2026/11/21 10:00:00 Z",
  "1234-5678-9012-34567",
  "text/html; charset=utf-8",
  "application/vnd.api+json",
  "image/png,image/webp",
  "~/notes/of/today",
  "./build/out",
  "../build/out",
  "\\\\office\\papers",
  "/srv/v1.23.4",
  `/srv/${"a".repeat(40)}`,
  "/srv/aBcDeFgHiJ",
  "https://example.com/v1/pages",
  "ws+unix://example.com/of/a/socket",
])("“%s” says nothing by itself", (value) => {
  expect(isParticular(value)).toBe(false);
});

test.each([
  "abcdef",
  "hunter",
  "12345678",
  "1234-5678-9012-345678",
  "xlocalhost",
  "localhost:123456",
  "nas.locals",
  "a printer.local",
  "192.168.1.17.example",
  "plain/text-that-is-none",
  "my text/html",
  "a/srv/v1.23.4",
  `/srv/${"a".repeat(41)}`,
  "/srv/ab123456",
  "/srv/aBcDeFgHiJkL",
  "https://ada@example.com/v1",
  "https://example.com/v1?a",
  "https://example.com/v1#a",
  "my https://example.com/v1",
])("“%s” is particular", (value) => {
  expect(isParticular(value)).toBe(true);
});

test.each([
  ["Bearer zebra-fuchs", ["Bearer zebra-fuchs", "zebra-fuchs"]],
  ["token   zebra-fuchs", ["token   zebra-fuchs", "zebra-fuchs"]],
  ["my token zebra-fuchs", ["my token zebra-fuchs"]],
  ["Bearer zebra fuchs", ["Bearer zebra fuchs"]],
  ["ada:zebra\nfuchs", ["ada:zebra\nfuchs", "zebra\nfuchs"]],
  [`${"a".repeat(201)}:zebra`, [`${"a".repeat(201)}:zebra`]],
  ["my ada:zebra", ["my ada:zebra"]],
  ["https://example.com", ["https://example.com"]],
  ["zebra%20fuchs", ["zebra%20fuchs", "zebra fuchs"]],
  ["zebra%2", ["zebra%2"]],
  ["zebra%ff", ["zebra%ff"]],
  ["  zebra-fuchs  ", ["zebra-fuchs"]],
  ["   ", []],
])("of “%s” these are secrets by themselves", (value, parts) => {
  expect([...partsOf(value)]).toEqual(parts);
});

it("takes lines for secrets that are long enough, however they end", () => {
  expect([...partsOf("twelve-signs\r\neleven-sign\nand-twelve-more")]).toEqual([
    "twelve-signs\r\neleven-sign\nand-twelve-more",
    "twelve-signs",
    "and-twelve-more",
  ]);
});

it("knows a recovery key as people write it down", () => {
  const key = "7K3M-9QXT-7K3M-9QXT-7K3M-9QXT-7K3M-9QXT";
  const without = key.replaceAll("-", "");
  const spaced = key.replaceAll("-", " ");
  const forms = [key, without, without.toLowerCase(), spaced, spaced.toLowerCase()];
  expect([...partsOf(key)]).toEqual(forms);
  expect([...partsOf(`x${key}`)]).toEqual([`x${key}`]);
  expect([...partsOf(`${key}x`)]).toEqual([`${key}x`]);
});

it("comes to an end where a value is nothing but parts", () => {
  expect(partsOf("a:".repeat(50)).size).toBeLessThanOrEqual(9);
});

test.each([
  ["as a shell quotes it", "it's-zebra", String.raw`it'\''s-zebra`],
  ["in single quotes", "it's-\"zebra", String.raw`it\'s-"zebra`],
  ["in HTML", `<a&b>"c'd`, "&lt;a&amp;b&gt;&quot;c&#39;d"],
  ["in a URL, with all signs that may be encoded", "(zebra)!*'", "%28zebra%29%21%2A%27"],
  ["in a URL, in small letters", "zebra/(ü)", "zebra%2f%28%c3%bc%29"],
  ["in a form", "zebra fuchs", "zebra+fuchs"],
  ["as a number that lost its end", "12345678901234567", "12345678901234568"],
])("writes a value %s", (_, value, form) => {
  expect(formsOf(value)).toContain(form);
});

it("takes a text with digits for no number, and leaves out what is too short", () => {
  expect(formsOf("1234567890123456x")).not.toContain("NaN");
  expect([...formsOf("123456789012345")]).toContain("123456789012345");
  expect([...formsOf("zebra1")].every((form) => form.length >= 6)).toBe(true);
});
