import { expect, test } from "vitest";
import { effectOf } from "./annotations.ts";
import { cut, readResult } from "./call-result.ts";

test("texts are shown as they are, JSON in them is laid out", () => {
  const { isError, parts } = readResult({
    content: [
      { type: "text", text: "hello" },
      { type: "text", text: '{"a":1}' },
      { type: "text", text: "[not json" },
    ],
  });
  expect(isError).toBe(false);
  expect(parts.map(({ text }) => text)).toEqual(["hello", '{\n  "a": 1\n}', "[not json"]);
});

test("the tool's own error is told from an answer", () => {
  expect(readResult({ isError: true, content: [] })).toEqual({ isError: true, parts: [] });
});

test("binary content is named, never drawn", () => {
  const { parts } = readResult({
    content: [{ type: "image", mimeType: "image/png", data: "A".repeat(400) }],
  });
  expect(parts).toEqual([{ label: "image", text: "image/png, 300 bytes" }]);
});

test("links, resources and structured content have their part", () => {
  const { parts } = readResult({
    content: [
      { type: "resource_link", uri: "file:///a" },
      { type: "resource", resource: { uri: "file:///b", text: "inside" } },
      7,
    ],
    structuredContent: { ok: true },
  });
  expect(parts.map(({ label, text }) => [label, text])).toEqual([
    ["resource_link", "file:///a"],
    ["file:///b", "inside"],
    ["Part", "7"],
    ["Structured result", '{\n  "ok": true\n}'],
  ]);
});

test("a result that is none of these is shown whole", () => {
  expect(readResult({ content: "odd" }).parts[0]?.text).toContain("odd");
});

test("a long text says how much of it is shown", () => {
  expect(cut("short").note).toBeNull();
  const { text, note } = cut("x".repeat(300_000));
  expect(text).toHaveLength(100_000);
  expect(note).toContain((300_000).toLocaleString());
});

test.each([
  [{ annotations: { readOnlyHint: true } }, "reads"],
  [{ annotations: { readOnlyHint: true, destructiveHint: true } }, "reads"],
  [{ annotations: { destructiveHint: true } }, "changes"],
  [{ annotations: { readOnlyHint: false } }, "changes"],
  [{ annotations: { readOnlyHint: "yes" } }, "unknown"],
  [{}, "unknown"],
])("what %j says of itself", (definition, effect) => {
  expect(effectOf(definition)).toBe(effect);
});
