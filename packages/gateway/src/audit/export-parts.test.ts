import { expect, test } from "vitest";
import { ExportParts } from "./export-parts.ts";

const query = { filter: "", format: "jsonl", contents: false } as const;

test("only the part that was handed out goes on with an export, and once", () => {
  const parts = new ExportParts();
  expect(parts.begins(query, 10)).toBe(true);
  expect(parts.begins({ ...query, after: 10 }, 20)).toBe(false);
  expect(parts.begins({ ...query, after: 10 }, 20)).toBe(true);
  expect(parts.begins({ ...query, after: 20 }, null)).toBe(false);
  expect(parts.begins({ ...query, after: 1 }, null)).toBe(true);
});

test("a part with what the one before was without is an export of its own", () => {
  const parts = new ExportParts();
  parts.begins(query, 10);
  for (const other of [{ contents: true }, { filter: "server:files" }, { format: "har" }] as const)
    expect(parts.begins({ ...query, ...other, after: 10 }, null)).toBe(true);
  expect(parts.begins({ ...query, after: 10 }, null)).toBe(false);
});

test("exports that nobody goes on with are forgotten", () => {
  const parts = new ExportParts();
  for (let next = 1; next <= 1001; next += 1) parts.begins(query, next);
  expect(parts.begins({ ...query, after: 1 }, null)).toBe(true);
  expect(parts.begins({ ...query, after: 2 }, null)).toBe(false);
});
