import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDb } from "@local-mcp/database";
import type { JsonObject } from "@local-mcp/engine";
import { expect, it, onTestFinished, vi } from "vitest";
import { createCatalogStore } from "../engine-stores.ts";
import { createStores } from "../stores.ts";
import { digestOf } from "./definition.ts";
import { ToolChanges } from "./tool-changes.ts";

const read = { name: "read", description: "Reads." };
const other = { name: "read", description: "Reads more." };
const write = { name: "write", description: "Writes." };

/** A server of which `list` is what it listed, over a database of its own. */
function stage({ holds = false } = {}) {
  const directory = mkdtempSync(join(tmpdir(), "tool-changes-"));
  const db = createDb({ path: join(directory, "x.db") });
  onTestFinished(() => {
    db.close();
    rmSync(directory, { recursive: true });
  });
  const stores = createStores(db);
  const config = {
    transport: "http" as const,
    url: "http://127.0.0.1:9/",
    headers: {},
    secrets: {},
  };
  const inserted = stores.servers.insert({
    name: "files",
    title: "Files",
    config,
    connections: "shared",
    holdChangedTools: holds,
  });
  const { id } = inserted;
  const seen: string[][] = [];
  const onSeen = (_: unknown, tools: readonly string[]): void => void seen.push([...tools]);
  const begin = () => new ToolChanges({ stores, onSeen, onChange: () => {} });
  let changes = begin();
  const server = () => stores.servers.get(id) ?? inserted;
  const catalog = { implementation: null, listedAt: 1, configHash: "h" };
  return {
    stores,
    seen,
    server,
    id,
    list: (...tools: JsonObject[]): void => {
      const lists = { tools, prompts: [], resources: [], resourceTemplates: [] };
      createCatalogStore(stores, changes).save(id, { ...catalog, lists });
    },
    /** As another process would find it. */
    restart: (): void => {
      changes = begin();
      createCatalogStore(stores, changes).load(id);
    },
    found: () => changes.list(server()).map(({ name, kind }) => `${kind} ${name}`),
    acceptAll: (...tools: { name: string }[]) =>
      changes.accept(
        server(),
        tools.map((tool) => ({ name: tool.name, digest: digestOf(tool) })),
      ),
    accept: (name: string, digest: string) => changes.accept(server(), [{ name, digest }]),
    accepted: () => stores.acceptedTools.list(id).map(({ toolName }) => toolName),
    hold: (holdChangedTools: boolean) => stores.servers.update(id, { holdChangedTools }),
  };
}

it("what a server lists first is accepted, and so is what is new where nothing is held back", () => {
  const { list, found, accepted } = stage();
  list();
  list(read);
  list(read, write);
  expect(found()).toEqual([]);
  expect(accepted()).toEqual(["read", "write"]);
});

it("a change is told of once, also where it goes away in between and after a restart", () => {
  const { list, found, seen, restart } = stage();
  list(read, write);
  list(other, write);
  list(read);
  list(other);
  expect(found()).toEqual(["changed read"]);
  restart();
  list(other);
  expect(found()).toEqual(["changed read"]);
  expect(seen).toEqual([["read"]]);
  list({ ...other, description: "Reads most." });
  expect(seen).toEqual([["read"], ["read"]]);
});

it("only what was seen is accepted, and once more is no error", () => {
  const { list, accept, found } = stage();
  list(read, write);
  list(other, write);
  expect(() => accept("read", digestOf(read))).toThrow("is not what it was");
  expect(() => accept("gone", digestOf(read))).toThrow("is not what it was");
  expect(found()).toEqual(["changed read"]);
  expect(accept("read", digestOf(other))).toEqual([]);
  expect(accept("read", digestOf(other))).toEqual([]);
});

it("what could not be stored was not accepted", () => {
  const { list, found, accepted, stores, id } = stage();
  list(read);
  const unwritable = {
    name: "new",
    toJSON: () => {
      throw new Error("it cannot be written");
    },
  };
  expect(() => list(read, unwritable)).toThrow("it cannot be written");
  expect(accepted()).toEqual(["read"]);
  expect(stores.catalogs.get(id)?.tools).toEqual([read]);
  list(other);
  expect(found()).toEqual(["changed read"]);
});

const junk = (round: number) =>
  Array.from({ length: 900 }, (_, index) => ({ name: `t${round}-${index}` }));

it("a server that lists other names each time does not fill the database, and hides no change", () => {
  const { list, found, accepted, accept } = stage();
  list(read, ...junk(0));
  for (let round = 1; round < 4; round += 1) list(...junk(round));
  expect(accepted()).toHaveLength(1801);
  // What is not accepted any more for being listed is there to be accepted.
  expect(found()).toHaveLength(900);
  list(other, write);
  expect(found()).toEqual(["changed read", "new write"]);
  accept("write", digestOf(write));
  list(read, { ...write, description: "Sends." });
  expect(found()).toEqual(["changed write"]);
});

it("what was let go of unseen is told of when it changes then", () => {
  const { list, found, hold } = stage({ holds: true });
  list(read);
  list(read, write);
  hold(false);
  expect(found()).toEqual([]);
  list(read, { ...write, description: "Sends." });
  expect(found()).toEqual(["changed write"]);
});

it("tools that could not be accepted together are held back as before", () => {
  const { list, found, stores, acceptAll } = stage({ holds: true });
  list(read, { name: "list" });
  list(other, write);
  const put = stores.acceptedTools.put.bind(stores.acceptedTools);
  const full = vi.spyOn(stores.acceptedTools, "put").mockImplementation((row) => {
    if (row.toolName === "write") throw new Error("the disk is full");
    put(row);
  });
  expect(() => acceptAll(other, write)).toThrow("the disk is full");
  full.mockRestore();
  expect(found()).toEqual(["changed read", "new write"]);
  list(other, write);
  expect(found()).toEqual(["changed read", "new write"]);
});

it("nothing new is accepted while it is held back, however often it is listed", () => {
  const { list, found, accepted, hold, seen } = stage({ holds: true });
  list(read);
  list(read, write);
  list(read, write);
  expect(found()).toEqual(["new write"]);
  expect(accepted()).toEqual(["read"]);
  expect(seen).toEqual([["write"]]);
  hold(false);
  expect(found()).toEqual([]);
  list(read, write);
  expect(accepted()).toEqual(["read", "write"]);
});

it("is of what a model reads and a client sends, in whatever order", () => {
  const schema = { type: "object", properties: { a: { type: "string" }, b: {} } };
  const tool = { name: "t", title: "T", inputSchema: schema };
  const same = {
    icons: [{ src: "x" }],
    _meta: { a: 1 },
    inputSchema: { properties: { b: {}, a: { type: "string" } }, type: "object" },
    title: "T",
    name: "t",
  };
  expect(digestOf(same)).toBe(digestOf(tool));
  const others: JsonObject[] = [
    { ...tool, title: "t" },
    { ...tool, description: "" },
    { ...tool, outputSchema: {} },
    { ...tool, annotations: { readOnlyHint: true } },
    { ...tool, inputSchema: { ...schema, required: ["a", "b"] } },
    { ...tool, inputSchema: { ...schema, required: ["b", "a"] } },
    { ...tool, inputSchema: JSON.parse('{"__proto__": {"type": "object"}}') },
    { ...tool, inputSchema: {} },
  ];
  expect(new Set([tool, ...others].map(digestOf)).size).toBe(others.length + 1);
});
