import { describe, expect, it } from "vitest";
import type { EraVerdict } from "../definitions.ts";
import { upstreamFor } from "./test-kit.ts";
import { Verdicts } from "./verdicts.ts";

const HOUR_MS = 60 * 60_000;
const { definition } = upstreamFor({
  transport: "http",
  url: "http://127.0.0.1/",
  headers: {},
  route: { proxy: null, certificates: [] },
});

function verdicts() {
  const stored = new Map<string, EraVerdict>();
  const clock = { now: 1_000_000_000 };
  const store = {
    load: (id: string) => stored.get(id) ?? null,
    save: (id: string, verdict: EraVerdict) => void stored.set(id, verdict),
  };
  return { kept: new Verdicts(store, () => clock.now), clock };
}

describe("what is known of a server's era", () => {
  it.each([
    ["certain, for a day", true, 24 * HOUR_MS],
    ["uncertain, for minutes", false, HOUR_MS / 6],
  ])("is believed, where it is %s", (_, certain, ms) => {
    const { kept, clock } = verdicts();
    expect(kept.usable(definition)).toBeNull();
    kept.save(definition, { era: "modern", protocolVersion: "2026-07-28", certain });
    clock.now += ms - 1;
    expect(kept.usable(definition)).toMatchObject({ era: "modern", certain });
    clock.now += 1;
    expect(kept.usable(definition)).toBeNull();
  });

  it("is void for another configuration, with a date to come, and once dropped", () => {
    const { kept, clock } = verdicts();
    kept.drop(definition);
    kept.save(definition, { era: "legacy", protocolVersion: null, certain: true });
    expect(kept.usable({ ...definition, configHash: "other" })).toBeNull();
    clock.now -= 1;
    expect(kept.usable(definition)).toBeNull();
    clock.now += 1;
    expect(kept.usable(definition)).not.toBeNull();
    kept.drop(definition);
    expect(kept.usable(definition)).toBeNull();
  });
});
