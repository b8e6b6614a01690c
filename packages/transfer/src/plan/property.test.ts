import { conflictStrategy } from "@local-mcp/contract";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyOf } from "../entity.ts";
import { allOf } from "../export/select.ts";
import { expectDone } from "./done.fixture.ts";
import { KEYS, MemoryStore } from "./memory-store.fixture.ts";
import { fileArbitrary, SECRET, storeArbitrary } from "./pairs.fixture.ts";
import { fileOf, planOf } from "./plan.fixture.ts";

/** 1,000 in the full form. */
const DICE = { seed: 10, numRuns: Number(process.env.RUNS ?? 150) };

const strategy = fc.constantFrom(...conflictStrategy.options);

describe("of any store and any file", () => {
  it("the counts of a plan add up, and its copies have names that are free and legal", async () => {
    await fc.assert(
      fc.asyncProperty(storeArbitrary, fileArbitrary, strategy, async (stored, file, strategy) => {
        const { plan } = await planOf(fileOf(file), new MemoryStore(stored), { strategy });
        const { total, ...others } = plan.counts;
        expect(total).toBe(file.length);
        expect(Object.values(others).reduce((sum, count) => sum + count, 0)).toBe(total);
        expect(plan.rows.map(({ pointer }) => pointer)).toEqual(
          fileOf(file).entities.map(({ pointer }) => pointer),
        );
        const taken = new Set([...stored, ...file].map((one) => `${one.kind} ${keyOf(one)}`));
        for (const { kind, newName } of plan.rows) {
          if (newName === null) continue;
          expect(taken).not.toContain(`${kind} ${newName}`);
          expect(KEYS[kind].safeParse(newName).success).toBe(true);
          taken.add(`${kind} ${newName}`);
        }
      }),
      DICE,
    );
  });

  it("what a plan says is what is done", async () => {
    await fc.assert(
      fc.asyncProperty(storeArbitrary, fileArbitrary, strategy, async (stored, file, strategy) => {
        const store = new MemoryStore(stored);
        const before = allOf(store.read());
        const { plan, steps } = await planOf(fileOf(file), store, { strategy });
        expect(allOf(store.read())).toEqual(before);
        if (!plan.applicable) return;
        store.apply(steps);
        expectDone(plan, before, allOf(store.read()));
      }),
      DICE,
    );
  });

  it("an import that was done with update changes nothing the second time", async () => {
    await fc.assert(
      fc.asyncProperty(storeArbitrary, fileArbitrary, async (stored, file) => {
        const store = new MemoryStore(stored);
        const first = await planOf(fileOf(file), store);
        if (!first.plan.applicable) return;
        store.apply(first.steps);
        const second = await planOf(fileOf(file), store);
        expect(second.plan.rows.map(({ changes }) => changes).flat()).toEqual([]);
        expect(second.plan.counts.unchanged).toBe(file.length);
        expect(second.steps).toEqual([]);
      }),
      DICE,
    );
  });

  it("no secret is in a plan", async () => {
    await fc.assert(
      fc.asyncProperty(storeArbitrary, fileArbitrary, strategy, async (stored, file, strategy) => {
        const { plan } = await planOf(fileOf(file), new MemoryStore(stored), { strategy });
        expect(JSON.stringify(plan)).not.toContain(SECRET);
      }),
      DICE,
    );
  });
});
