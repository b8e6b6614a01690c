import { describe, expect, test } from "vitest";
import type { DiffRow } from "./line-diff.ts";
import { type ChangedPart, changedParts, rowsLeft } from "./changed-parts.ts";

const READ = {
  name: "read",
  title: "Read",
  description: "Reads a file.",
  inputSchema: {
    type: "object",
    properties: { path: { type: "string", description: "Which file." }, lines: { type: "number" } },
    required: ["path"],
  },
};
const parts = (now: Record<string, unknown>): ChangedPart[] => changedParts(READ, now, false);

/** Lines that differ, before and after. */
const differing = (rows: readonly DiffRow[]): unknown[] =>
  rows.flatMap((row) =>
    row.kind === "lines" && row.differs
      ? [[row.one?.text.trim() ?? null, row.other?.text.trim() ?? null]]
      : [],
  );

describe("what differs between two definitions of a tool", () => {
  test("nothing in the same one, whatever decorates it and however it is ordered", () => {
    expect(parts({ ...READ })).toEqual([]);
    expect(parts({ ...READ, _meta: { seen: 1 }, icons: [] })).toEqual([]);
    const { required, properties, type } = READ.inputSchema;
    const { path, lines } = properties;
    expect(
      parts({ ...READ, inputSchema: { required, properties: { lines, path }, type } }),
    ).toEqual([]);
  });

  test("texts are compared as texts, and one that is new or gone with nothing", () => {
    expect(parts({ ...READ, title: undefined, description: "Reads\u200b any file." })).toEqual([
      { type: "text", title: "Title", before: "Read", after: "" },
      {
        type: "text",
        title: "Description",
        before: "Reads a file.",
        after: "Reads\u200b any file.",
      },
    ]);
  });

  test("of a schema the lines that differ, in the order that was accepted", () => {
    const { path, lines } = READ.inputSchema.properties;
    const [part] = parts({
      ...READ,
      inputSchema: {
        required: ["path"],
        properties: { force: { type: "boolean" }, lines, path: { ...path, description: "Any." } },
        type: "object",
      },
    });
    expect(part).toMatchObject({ type: "lines", title: "Input schema", left: 0 });
    expect(differing(part?.type === "lines" ? part.rows : [])).toEqual([
      ['"description": "Which file."', '"description": "Any."'],
      [null, "},"],
      [null, '"force": {'],
      [null, '"type": "boolean"'],
    ]);
  });

  test("schemas and annotations that came or went stand beside nothing", () => {
    const { inputSchema: _, ...without } = READ;
    const titles = parts({ ...without, outputSchema: {}, annotations: { readOnlyHint: true } });
    expect(titles.map(({ title }) => title)).toEqual([
      "Input schema",
      "Output schema",
      "Annotations",
    ]);
  });

  test("what is no text where one belongs is shown as it is", () => {
    const [empty, list] = parts({ ...READ, title: null, description: ["a"] });
    expect(differing(empty?.type === "lines" ? empty.rows : [])).toEqual([['"Read"', "null"]]);
    expect(list).toMatchObject({ type: "lines", title: "Description" });
    expect(changedParts({}, { title: "" }, false)).toMatchObject([{ type: "lines" }]);
  });

  test("a member of any name is shown", () => {
    const schema: unknown = JSON.parse('{"__proto__":{"a":1},"constructor":2}');
    const [part] = changedParts({}, { inputSchema: schema }, false);
    const lines = part?.type === "lines" ? part.rows : [];
    expect(JSON.stringify(differing(lines))).toContain("__proto__");
    expect(JSON.stringify(differing(lines))).toContain("constructor");
  });

  test("what is too long to be shown at once is counted, and shown where it is wanted", () => {
    const names = Array.from({ length: 3000 }, (_, index) => [`name${index}`, {}]);
    const now = { ...READ, inputSchema: { properties: Object.fromEntries(names) } };
    const left = rowsLeft(changedParts(READ, now, false));
    expect(left).toBeGreaterThan(900);
    const [whole] = changedParts(READ, now, true);
    expect(rowsLeft([...changedParts(READ, now, true)])).toBe(0);
    expect(whole?.type === "lines" && whole.rows.length).toBe(2000 + left);
  });
});
