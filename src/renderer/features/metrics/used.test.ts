import { LOCAL_SERVER } from "@local-mcp/contract";
import { expect, test } from "vitest";
import { routeOf, sortUsed, type Used } from "./used.ts";

const used = (name: string, calls: number, errors: number, p95Ms: number | null): Used => ({
  kind: "tool",
  name,
  server: "files",
  calls,
  errors,
  minMs: p95Ms,
  maxMs: p95Ms,
  averageMs: p95Ms,
  p50Ms: p95Ms,
  p95Ms,
  p99Ms: p95Ms,
  lastAt: null,
});

test("the most stands first, and what is alike stays in its order", () => {
  const items = [used("a", 1, 0, null), used("b", 3, 2, 10), used("c", 3, 1, 20)];
  const by = (key: "calls" | "errors" | "p95Ms") => sortUsed(items, key).map(({ name }) => name);
  expect(by("calls")).toEqual(["b", "c", "a"]);
  expect(by("errors")).toEqual(["b", "c", "a"]);
  expect(by("p95Ms")).toEqual(["c", "b", "a"]);
  expect(items.map(({ name }) => name)).toEqual(["a", "b", "c"]);
});

test("a name leads to its server, or to the gateway's own page of its kind", () => {
  const servers = new Map([["files", "id-1"]]);
  const item = { kind: "tool" as const, name: "a/b c", server: "files" };
  expect(routeOf(item, servers)).toBe("/servers/id-1");
  expect(routeOf({ ...item, server: "(removed)" }, servers)).toBeNull();
  const own = { ...item, server: LOCAL_SERVER };
  expect(routeOf(own, servers)).toBe("/tools/a%2Fb%20c");
  expect(routeOf({ ...own, kind: "prompt" }, servers)).toBe("/prompts/a%2Fb%20c");
  expect(routeOf({ ...own, kind: "resource" }, servers)).toBe("/resources/a%2Fb%20c");
});
