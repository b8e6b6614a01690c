import { exportOptions, type ExportOptions, transferKind } from "@local-mcp/contract";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyOf } from "../entity.ts";
import { configuration } from "./configuration.fixture.ts";
import { availableIn, countsOf, secretPlaces, secretValues } from "./estimate.ts";
import { allOf, selectForExport } from "./select.ts";

const select = (wish: ExportOptions = {}) =>
  selectForExport(configuration, exportOptions.parse(wish));
const keysOf = (wish?: ExportOptions) => allOf(select(wish).chosen).map(keyOf);

describe("what an export holds", () => {
  it("is everything that is on, and what a profile needs though it is off", () => {
    const { chosen, added } = select();
    const { tool, root, ...others } = configuration;
    expect(chosen).toEqual({ ...others, tool, root });
    expect(added).toEqual([
      { kind: "root", name: "https://example.com/team/", neededBy: "dev" },
      { kind: "tool", name: "off", neededBy: "dev" },
    ]);
    expect(chosen.tool[0]?.fields.enabled).toBe(false);
    expect(keysOf({ dependencies: false })).not.toContain("off");
    expect(keysOf({ dependencies: false, includeInactive: true })).toContain("off");
  });

  it("is of the kinds that are asked for, and with profiles what they need", () => {
    expect(keysOf({ kinds: ["tool", "prompt"] })).toEqual([
      "translate",
      "weather",
      "greet",
      "summarise",
    ]);
    expect(keysOf({ kinds: ["profile"], tags: ["dev"] })).toEqual([
      "file:///srv/docs",
      "https://example.com/team/",
      "east",
      "off",
      "docs://guide",
      "dev",
      "greet",
    ]);
    expect(keysOf({ kinds: ["profile"], dependencies: false })).toEqual(["prod", "dev"]);
  });

  it("has nothing of a kind that is left out, needed or not", () => {
    const keys = keysOf({ kinds: ["profile"], without: ["tool", "root"] });
    expect(keys).toEqual(["east", "west", "docs://guide", "prod", "dev", "greet"]);
  });

  it("has any of the tags; what has none is only there where it is needed", () => {
    expect(keysOf({ tags: ["text", "dev"], without: ["profile"] })).toEqual([
      "translate",
      "weather",
    ]);
    expect(keysOf({ tags: ["prod"], dependencies: false })).toEqual([
      "west",
      "weather",
      "notes://one",
      "prod",
      "summarise",
    ]);
    expect(keysOf({ tags: ["nobody-has-it"] })).toEqual([]);
  });

  it("brings the root of a file", () => {
    const { chosen, added } = select({ selection: { resource: ["docs://guide"] } });
    expect(allOf(chosen).map(keyOf)).toEqual(["file:///srv/docs", "docs://guide"]);
    expect(added).toEqual([{ kind: "root", name: "file:///srv/docs", neededBy: "docs://guide" }]);
  });
});

describe("what is named", () => {
  it.each([
    ["its name", { tool: ["weather"] }, ["weather"]],
    ["its id", { tool: ["00000000-0000-4000-8000-000000000032"] }, ["weather"]],
    ["its slug", { server: ["west"] }, ["west"]],
    ["its title", { server: ["Production West"], prompt: ["Sum up"] }, ["west", "summarise"]],
    ["its URI", { resource: ["notes://one"] }, ["notes://one"]],
    ["two of them", { tool: ["weather", "weather", "translate"] }, ["translate", "weather"]],
    ["nothing: all of the kind", { prompt: [] }, ["greet", "summarise"]],
  ] as const)("is found by %s", (_, selection, keys) => {
    const named = Object.fromEntries(
      Object.entries(selection).map(([kind, names]) => [kind, [...names]]),
    );
    expect(keysOf({ selection: named })).toEqual(keys);
  });

  it("is there though it is off or has another tag", () => {
    expect(keysOf({ selection: { tool: ["off", "translate"] }, tags: ["dev"] })).toEqual([
      "off",
      "translate",
    ]);
  });

  it("is told where it is unknown, all of it at once", () => {
    const selection = { tool: ["wether", "weather"], server: ["north"] };
    expect(() => select({ selection })).toThrow(
      "There is no server “north”, tool “wether” to export.",
    );
    const many = Array.from({ length: 500 }, (_, number) => `n${number}`);
    expect(() => select({ selection: { tool: many } })).toThrow(/“n9” and 490 more to export\.$/);
  });

  it("is no prototype's", () => {
    expect(() => select({ selection: { tool: ["__proto__", "constructor"] } })).toThrow(
      "There is no tool “__proto__”, tool “constructor” to export.",
    );
  });

  it("is of a kind that is exported", () => {
    const selection = { tool: ["weather"] };
    expect(() => select({ selection, without: ["tool"] })).toThrow(/selection: It names tools/);
    expect(() => select({ selection, kinds: ["prompt"] })).toThrow(/selection: It names tools/);
  });
});

it("what is chosen is in its order, once, and needs nothing that is left", () => {
  const kinds = fc.subarray([...transferKind.options]);
  const wish = fc.record({
    without: kinds,
    tags: fc.subarray(["prod", "dev", "text", "none"]),
    includeInactive: fc.boolean(),
    dependencies: fc.boolean(),
  });
  fc.assert(
    fc.property(wish, (options) => {
      const { chosen, added } = select(options);
      const keys = allOf(chosen);
      expect(keys).toEqual(allOf(configuration).filter((entity) => keys.includes(entity)));
      expect(new Set(keys).size).toBe(keys.length);
      expect(options.dependencies || added.length === 0).toBe(true);
      for (const kind of options.without) expect(chosen[kind]).toEqual([]);
      const hasServers = options.dependencies && !options.without.includes("server");
      const servers = chosen.server.map(keyOf);
      for (const { fields } of hasServers ? chosen.profile : []) {
        expect(servers).toEqual(expect.arrayContaining(fields.servers));
      }
    }),
    { seed: 10, numRuns: 200 },
  );
});

it("an estimate counts what is chosen, and shows what there is", () => {
  const { chosen } = select({ kinds: ["tool", "server"] });
  expect(countsOf(chosen)).toEqual({
    root: 0,
    server: 2,
    tool: 2,
    resource: 0,
    profile: 0,
    prompt: 0,
  });
  expect(secretPlaces(chosen)).toBe(2);
  expect(secretValues(chosen)).toBe(2);
  const [weather] = chosen.tool.filter(({ fields }) => fields.name === "weather");
  const withheld = weather ? [{ ...weather, withheld: ["auth/token"] }] : [];
  expect(secretPlaces({ ...chosen, tool: withheld })).toBe(2);
  expect(secretValues({ ...chosen, tool: withheld })).toBe(1);
  const available = availableIn(configuration, chosen);
  expect(available).toHaveLength(allOf(configuration).length);
  expect(available.filter((one) => one.chosen).map(({ name }) => name)).toEqual([
    "east",
    "west",
    "translate",
    "weather",
  ]);
  expect(available.find(({ name }) => name === "off")).toEqual({
    kind: "tool",
    name: "off",
    title: null,
    tags: ["prod"],
    enabled: false,
    chosen: false,
  });
});
