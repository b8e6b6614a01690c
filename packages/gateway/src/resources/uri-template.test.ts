import { expect, test } from "vitest";
import { readTemplate } from "./uri-template.ts";

function values(text: string, uri: string): Record<string, string> | null {
  const template = readTemplate(text);
  if (typeof template === "string") throw new Error(template);
  return template.match(uri);
}

test.each([
  ["notes://{id}", "notes://7", { id: "7" }],
  ["notes://{id}", "notes://a%20b%2Fc", { id: "a b/c" }],
  ["notes://{id}", "notes://a/b", null],
  ["notes://{id}", "notes://", null],
  ["notes://{id}", "notes://a?b", null],
  ["notes://{id}", "notes://%E0%A4%A", null],
  ["notes://{id}", "other://7", null],
  ["docs://{+path}", "docs://a/b/c.md", { path: "a/b/c.md" }],
  ["a:{x}/{y}", "a:1/2", { x: "1", y: "2" }],
  ["a:{+x}/end", "a:1/end/end", { x: "1/end" }],
  ["a:{x}.md", "a:b.md.md", { x: "b.md" }],
  ["a:{x}-{y}", "a:1-2-3", { x: "1", y: "2-3" }],
  ["a:{x}/end", "a:/end", null],
  ["q://find{?text,page}", "q://find?page=2&text=a%26b", { text: "a&b", page: "2" }],
  ["q://find{?text,page}", "q://find", { text: "", page: "" }],
  ["q://find{?text}", "q://find?other=1", null],
  ["q://find{?text}", "q://find?text=1&text=2", null],
  ["q://{x}{?y}", "q://1?y=2", { x: "1", y: "2" }],
])("%s of %s", (template, uri, expected) => {
  expect(values(template, uri)).toEqual(expected);
});

test.each([
  ["a:{x", "not closed"],
  ["a:x}", "not closed"],
  ["a:{x}{y}", "Nothing tells"],
  ["a:{x}/{x}", "twice"],
  ["a:{/x}", "{/x} is none of"],
  ["a:{x*}", "{x*} is none of"],
  ["a:{x,y}", "{x,y} is none of"],
  ["a:{}", "{} is none of"],
  ["a:{?x}{y}", "after the query"],
  ["a:{?x}b", "after the query"],
])("%s is refused", (template, reason) => {
  expect(readTemplate(template)).toContain(reason);
});

test("a URI is made of values, and gives the same values back", () => {
  const template = readTemplate("a:{x}/{+p}{?q}");
  if (typeof template === "string") throw new Error(template);
  const filled = template.expand({ x: "a/b c", p: "d/e f", q: "1&2" });
  expect(filled).toBe("a:a%2Fb%20c/d/e%20f?q=1%262");
  expect(template.match(filled)).toEqual({ x: "a/b c", p: "d/e f", q: "1&2" });
});

test("a long URI of repetitions is no work", () => {
  const uri = `a:${"-".repeat(100_000)}`;
  expect(values("a:{a}-{b}-{c}-{d}-{e}x", uri)).toBeNull();
});
