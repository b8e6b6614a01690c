import { MAX_EXPOSED_NAME } from "@local-mcp/contract";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { capabilityKey } from "../definitions.ts";
import { assignNames, type Nameable } from "./names.ts";

const tool = (serverName: string, original: string, chosen: string | null = null): Nameable => ({
  serverId: `id-${serverName}`,
  serverName,
  original,
  chosen,
});

const named = (
  nameables: Nameable[],
  policy: "on_collision" | "always_prefix" = "on_collision",
  assigned: ReadonlyMap<string, string> = new Map(),
) => {
  const names = assignNames(nameables, policy, assigned);
  return nameables.map((one) => names.get(capabilityKey(one.serverId, one.original)));
};

const kept = (nameables: Nameable[]): Map<string, string> =>
  new Map(
    [...assignNames(nameables, "on_collision", new Map())].map(([key, { name }]) => [key, name]),
  );

describe("names that clients see", () => {
  it("leaves a free name as it is", () => {
    expect(named([tool("files", "read"), tool("git", "log")])).toEqual([
      { name: "read", renamed: null },
      { name: "log", renamed: null },
    ]);
  });

  it("puts the server before a contested name, the first in profile order keeping it", () => {
    expect(named([tool("files", "search"), tool("github", "search")])).toEqual([
      { name: "search", renamed: null },
      { name: "github_search", renamed: "collision" },
    ]);
  });

  it("prefixes everything where the profile says so", () => {
    expect(named([tool("files", "read")], "always_prefix")).toEqual([
      { name: "files_read", renamed: "policy" },
    ]);
  });

  it("lets a person's choice win, also over a name given before", () => {
    const first = tool("a", "x");
    const second = tool("b", "y", "x");
    expect(named([first, second], "on_collision", kept([first]))).toEqual([
      { name: "a_x", renamed: "collision" },
      { name: "x", renamed: "by_you" },
    ]);
  });

  it("cuts the server's part first, then the tool's, and ends with the same hash each time", () => {
    const long = "t".repeat(40);
    const [, cut] = named([tool("a", long), tool("very-long-server-name", long)]);
    expect(cut?.name).toMatch(/^t{38}_[0-9a-f]{6}$/);
    expect(cut?.renamed).toBe("collision");
    const [alone] = named([tool("a", "u".repeat(60))]);
    expect(alone?.name).toMatch(/^u{38}_[0-9a-f]{6}$/);
    expect(alone?.renamed).toBe("too_long");
    expect(named([tool("a", "u".repeat(60))])).toEqual([alone]);
  });

  it("keeps the name of a tool that its server does not list just now", () => {
    const gone = kept([tool("a", "search")]);
    expect(named([tool("b", "search")], "on_collision", gone)).toEqual([
      { name: "b_search", renamed: "collision" },
    ]);
  });

  const nameables = fc.uniqueArray(
    fc.record({
      server: fc.constantFrom("a", "b", "gh", "very-long-name-of-a-server-that-goes-on-and-on"),
      original: fc.oneof(
        fc.constantFrom("x", "y", "a_x", "b_x", "read.file", "read/file"),
        fc.string({ minLength: 1, maxLength: 80 }),
      ),
    }),
    { selector: ({ server, original }) => `${server} ${original}`, maxLength: 30 },
  );
  const asTools = (drawn: { server: string; original: string }[]): Nameable[] =>
    drawn.map(({ server, original }) => tool(server, original));

  it("are unique, short, and made of what every client accepts", () => {
    fc.assert(
      fc.property(
        nameables,
        fc.constantFrom("on_collision" as const, "always_prefix" as const),
        (drawn, policy) => {
          const names = named(asTools(drawn), policy).map((one) => one?.name ?? "");
          expect(new Set(names).size).toBe(names.length);
          for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]+$/);
          for (const name of names) expect(name.length).toBeLessThanOrEqual(MAX_EXPOSED_NAME);
        },
      ),
    );
  });

  it("never change once given, whoever is added and in whatever order they come", () => {
    fc.assert(
      fc.property(nameables, nameables, (first, second) => {
        const before = kept(asTools(first));
        const everyone = new Map(
          [...asTools(second), ...asTools(first)].map((one) => [
            capabilityKey(one.serverId, one.original),
            one,
          ]),
        );
        const after = assignNames([...everyone.values()], "on_collision", before);
        for (const [key, name] of before) expect(after.get(key)?.name).toBe(name);
      }),
    );
  });
});
