import type { EraRow } from "@local-mcp/database";
import type { ServerCatalog } from "@local-mcp/engine";
import { describe, expect, test } from "vitest";
import { eraView } from "./era.ts";

const legacy: EraRow = {
  mcpServerId: "s",
  era: "legacy",
  protocolVersion: null,
  configHash: "now",
  decidedAt: 5,
  isCertain: true,
};
const modern: EraRow = { ...legacy, era: "modern", protocolVersion: "2026-07-28" };

const listedWith = (configHash: string): ServerCatalog => ({
  lists: { tools: [], prompts: [], resources: [], resourceTemplates: [] },
  implementation: {
    name: "s",
    version: "1",
    protocolVersion: "2025-06-18",
    instructions: null,
    capabilities: {},
  },
  listedAt: 6,
  configHash,
});

describe("the era of a server", () => {
  test("is not known before it was found, nor in doubt, nor after a change of configuration", () => {
    expect(eraView(undefined, "now", listedWith("now"))).toBeNull();
    expect(eraView({ ...modern, isCertain: false }, "now", null)).toBeNull();
    expect(eraView({ ...modern, configHash: "before" }, "now", null)).toBeNull();
  });

  test("has the version that was found with it", () => {
    expect(eraView(modern, "now", listedWith("now"))).toEqual({
      era: "modern",
      protocolVersion: "2026-07-28",
      decidedAt: 5,
    });
  });

  test("has the version that a legacy server agreed to with this configuration, if any", () => {
    const seen = { era: "legacy", decidedAt: 5 };
    expect(eraView(legacy, "now", listedWith("now"))).toEqual({
      ...seen,
      protocolVersion: "2025-06-18",
    });
    expect(eraView(legacy, "now", listedWith("before"))).toEqual({
      ...seen,
      protocolVersion: null,
    });
    expect(eraView(legacy, "now", null)).toEqual({ ...seen, protocolVersion: null });
  });
});
