import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { tools } from "../schema/local.ts";
import { errorOf, useDb, useTempDir } from "../test-kit.ts";
import { createRowChanges } from "./row-changes.ts";
import { createToolQueries } from "./tools.ts";

const inDir = useTempDir();
const database = useDb(() => inDir("x.db"));

const first = {
  name: "first",
  method: "GET",
  url: "https://api.example/",
  inputSchema: { type: "object" },
  outputSchema: { type: "string" },
} as const;

test("what is given is changed and nothing else, and null is no JSON", () => {
  const db = database();
  const queries = createToolQueries(db);
  const { id } = queries.insert({ ...first, createdAt: 1, updatedAt: 1 });
  const other = queries.insert({ ...first, name: "other" });
  const change = createRowChanges(db, tools);
  const changes = { title: "First", tags: ["a"], outputSchema: null, description: undefined };
  expect(change(id, changes)).toBe(true);
  const row = queries.get(id);
  expect(row).toMatchObject({ ...first, title: "First", tags: ["a"], outputSchema: null });
  expect(row?.createdAt).toBe(1);
  expect(row?.updatedAt).toBeGreaterThan(1);
  const text = sql`SELECT output_schema FROM tools WHERE id = ${id}`;
  expect(db.values(text)).toEqual([[null]]);
  expect(queries.get(other.id)).toEqual(other);
});

test("the same columns take other values each time, and a row that is not there is told", () => {
  const db = database();
  const queries = createToolQueries(db);
  const { id } = queries.insert(first);
  const change = createRowChanges(db, tools);
  for (const title of ["a", null, "b"]) {
    expect(change(id, { title })).toBe(true);
    expect(queries.get(id)?.title).toBe(title);
  }
  expect(change("nobody", { title: "c" })).toBe(false);
  expect(queries.list()).toHaveLength(1);
});

test("what does not fit its column is refused, and a name that is taken", () => {
  const db = database();
  const queries = createToolQueries(db);
  const { id } = queries.insert(first);
  queries.insert({ ...first, name: "other" });
  const change = createRowChanges(db, tools);
  expect(errorOf(() => change(id, { tags: [1] }))).toMatchObject({ code: "validation_failed" });
  expect(errorOf(() => queries.change(id, { name: "other" }))).toMatchObject({
    code: "name_taken",
  });
  expect(queries.get(id)).toMatchObject({ name: "first", tags: [] });
});
