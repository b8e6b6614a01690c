import type { CapabilityView } from "@local-mcp/contract";
import { expect, test } from "vitest";
import { changeOf, draftOf, shownName } from "./tool-draft.ts";

const tool = (more: Partial<CapabilityView> = {}): CapabilityView => ({
  kind: "tool",
  name: "search",
  original: "search",
  server: "github",
  title: null,
  description: "as the server says",
  enabled: true,
  heldBack: false,
  renamed: null,
  describedByYou: false,
  definition: { name: "search", description: "as the server says" },
  ...more,
});
const renamed = tool({ name: "find", renamed: "by_you" });

test("nothing that was touched is nothing to store", () => {
  for (const item of [tool(), renamed, tool({ name: "github_search", renamed: "collision" })]) {
    expect(changeOf(draftOf(item), item)).toBeNull();
  }
});

test("only what differs is stored", () => {
  const key = { kind: "tool", server: "github", original: "search" };
  expect(changeOf({ name: "look", description: null }, tool())).toEqual({ ...key, name: "look" });
  expect(changeOf({ name: null, description: "mine" }, tool())).toEqual({
    ...key,
    description: "mine",
  });
});

test("going back to the server's words clears the own", () => {
  const own = tool({ ...renamed, describedByYou: true, description: "mine" });
  expect(changeOf({ name: null, description: null }, own)).toMatchObject({
    name: null,
    description: null,
  });
});

test("typing the name that a collision gave is no choice", () => {
  const given = tool({ name: "github_search", renamed: "collision" });
  expect(changeOf({ name: "github_search", description: null }, given)).toBeNull();
});

test("a tool that loses its chosen name is shown by its own", () => {
  expect(shownName(draftOf(renamed), renamed)).toBe("find");
  expect(shownName({ name: null, description: null }, renamed)).toBe("search");
});
