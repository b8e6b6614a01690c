import { MAX_RESOURCE_BYTES, type ResourceView } from "@local-mcp/contract";
import { describe, expect, test } from "vitest";
import {
  base64Of,
  changesOf,
  draftOf,
  EMPTY,
  problemsOf,
  readBytes,
  variablesOf,
} from "./resource-draft.ts";

const view: ResourceView = {
  id: "r1",
  uri: "notes://today",
  isTemplate: false,
  name: "today",
  title: null,
  description: "",
  mimeType: "text/markdown",
  content: { kind: "text", bytes: 5 },
  tags: ["notes"],
  enabled: true,
  profiles: [],
  problem: null,
  createdAt: 0,
  updatedAt: 0,
};
const stored = { view, text: "hello" };
const file: ResourceView = {
  ...view,
  content: { kind: "file", root: { id: "root1", uri: "file:///notes" }, path: "today.md" },
};
const bytes = { name: "a.png", size: 3, sha256: "00", base64: "AAAA" };

describe("a resource that is edited", () => {
  test("is unchanged at first, whatever its content", () => {
    for (const one of [stored, { view: file, text: "" }]) {
      expect(changesOf(draftOf(one), one)).toEqual({});
    }
  });

  test("sends what was changed and nothing else", () => {
    const draft = { ...draftOf(stored), mimeType: "", title: "Today", text: "bye" };
    expect(changesOf(draft, stored)).toEqual({
      title: "Today",
      mimeType: null,
      content: { kind: "text", text: "bye" },
    });
  });

  test("becomes a file of a root, or bytes", () => {
    const draft = draftOf(stored);
    expect(changesOf({ ...draft, kind: "file", root: "root1", path: "a.md" }, stored)).toEqual({
      content: { kind: "file", root: "root1", path: "a.md" },
    });
    expect(changesOf({ ...draft, kind: "binary", bytes }, stored)).toEqual({
      content: { kind: "binary", base64: "AAAA" },
    });
  });

  test("one whose root is gone asks for another", () => {
    const gone = { ...file, content: { kind: "file" as const, root: null, path: "today.md" } };
    const draft = draftOf({ view: gone, text: "" });
    expect(draft.root).toBe("");
    expect(problemsOf({ ...draft, path: "b.md" }, { view: gone, text: "" })).toEqual({
      "content.root": "Choose the root that the file is in.",
    });
  });
});

describe("what is wrong", () => {
  test("a new one needs a URI; an empty text and no name are fine", () => {
    expect(Object.keys(problemsOf(EMPTY, null))).toEqual(["uri"]);
    expect(problemsOf({ ...EMPTY, uri: "notes://a" }, null)).toEqual({});
  });

  test("a MIME type is one", () => {
    const draft = { ...EMPTY, uri: "notes://a", mimeType: "markdown" };
    expect(problemsOf(draft, null)).toEqual({
      mimeType: "A MIME type is written as text/markdown.",
    });
  });

  test("a stored one keeps a name", () => {
    expect(Object.keys(problemsOf({ ...draftOf(stored), name: " " }, stored))).toEqual(["name"]);
  });

  test("bytes need a file, and one that is not too large", () => {
    const draft = { ...EMPTY, uri: "notes://a", kind: "binary" as const };
    expect(problemsOf(draft, null)["content.base64"]).toBe("Choose a file.");
    const large = { ...bytes, size: MAX_RESOURCE_BYTES + 1 };
    expect(problemsOf({ ...draft, bytes: large }, null)["content.base64"]).toMatch(/10 MiB/);
    expect(problemsOf({ ...draft, bytes }, null)).toEqual({});
  });

  test("a file needs its root and its path", () => {
    const draft = { ...EMPTY, uri: "notes://a", kind: "file" as const };
    expect(Object.keys(problemsOf(draft, null))).toContain("content.root");
    expect(Object.keys(problemsOf(draft, null))).toContain("content.path");
  });
});

test.each([
  ["notes://today", []],
  ["notes://{day}/{+path}", ["day", "path"]],
  ["find://x{?q,page}", ["q", "page"]],
  ["a://{list*}/{part:3}/{list}", ["list", "part"]],
])("the variables of %s", (uri, names) => {
  expect(variablesOf(uri)).toEqual(names);
});

test("a chosen file is read whole, also a large one", async () => {
  const content = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
  const chosen = { name: "a.bin", size: content.length, arrayBuffer: async () => content.buffer };
  const read = await readBytes(chosen);
  expect(Buffer.from(read.base64, "base64").equals(content)).toBe(true);
  expect(read).toMatchObject({ name: "a.bin", size: 100_000 });
  expect(read.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(base64Of(new Uint8Array())).toBe("");
});

test("one that is too large is not read at all", async () => {
  const read = await readBytes({
    name: "big.iso",
    size: MAX_RESOURCE_BYTES + 1,
    arrayBuffer: () => Promise.reject(new Error("read")),
  });
  expect(read).toMatchObject({ base64: "", size: MAX_RESOURCE_BYTES + 1 });
});
