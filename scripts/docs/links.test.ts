/** What documents lead to is there: files, and the tests that docs/security.md names for its claims. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const documents = [
  "README.md",
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];

const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** Where a document leads within this repository, as paths from its root. */
const targetsOf = (document: string): string[] =>
  [...textOf(document).matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$/gm)]
    .map(([, inline, defined]) => (inline ?? defined ?? "").replace(/#.*$/, ""))
    .filter((target) => target !== "" && !/^[a-z]+:/.test(target))
    .map((target) => join(dirname(document), target));

test.each(documents)("%s leads to files that are there", (document) => {
  expect(targetsOf(document).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test("docs/security.md names tests that are there, by words of their names", () => {
  const page = textOf("docs/security.md");
  const definitions = new Map(
    [...page.matchAll(/^\[([\w-]+)\]: (\S+)$/gm)].map(([, label, path]) => [
      label,
      textOf(join("docs", path ?? "")),
    ]),
  );
  const named = [...page.matchAll(/\[([\w-]+)\](?![(:])((?:,? “[^”]+”)*)/gm)];
  const missing = named.flatMap(([, label, words = ""]) => {
    const code = definitions.get(label);
    if (code === undefined) return [`[${label}]`];
    return [...words.matchAll(/“([^”]+)”/g)]
      .filter(([, name = ""]) => !code.includes(name))
      .map(([, name]) => `[${label}] “${name}”`);
  });
  expect(missing).toEqual([]);
  expect(named.length).toBeGreaterThan(50);
  const labels = new Set(named.map(([, label]) => label));
  expect([...definitions.keys()].filter((label) => !labels.has(label))).toEqual([]);
});
