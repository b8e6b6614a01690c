import { conflictStrategy, type ImportAction, type ImportRow } from "@local-mcp/contract";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AnyEntity, keyOf } from "../entity.ts";
import { allOf } from "../export/select.ts";
import type { PreparedPlan } from "../types.ts";
import { differences, isDifference } from "./differences.ts";
import { KEYS, MemoryStore } from "./memory-store.fixture.ts";
import { fileArbitrary, SECRET, storeArbitrary } from "./pairs.fixture.ts";
import { fileOf, planOf } from "./plan.fixture.ts";

/** 1,000 in the full form. */
const DICE = { seed: 10, numRuns: Number(process.env.RUNS ?? 150) };

const strategy = fc.constantFrom(...conflictStrategy.options);
const idOf = ({ kind, uid }: AnyEntity): string => `${kind} ${uid}`;
const nameAfter = ({ newName, name }: ImportRow): string => newName ?? name;
const byId = (all: readonly AnyEntity[]): Map<string, AnyEntity> =>
  new Map(all.map((one) => [idOf(one), one]));

/** Which profile is active is one fact of several profiles. */
const withoutActive = (one: AnyEntity | undefined): unknown =>
  one?.kind === "profile" ? { ...one, fields: { ...one.fields, active: null } } : one;

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

function expectDone(
  { rows, counts }: PreparedPlan["plan"],
  before: readonly AnyEntity[],
  after: readonly AnyEntity[],
): void {
  expect(after).toHaveLength(before.length + counts.created + counts.renamed);
  const [former, latter] = [byId(before), byId(after)];
  const found = rows.map((row) => {
    const there = after.find((one) => one.kind === row.kind && keyOf(one) === nameAfter(row));
    return { row, there, was: there && former.get(idOf(there)) };
  });
  const rowsThat = (...actions: ImportAction[]) =>
    found.filter(({ row }) => actions.includes(row.action));
  for (const { there, was } of rowsThat("create", "rename")) {
    expect(there).toBeDefined();
    expect(was).toBeUndefined();
  }
  for (const { there, was } of rowsThat("unchanged")) expect(there).toEqual(was);
  const updated = new Set<string>();
  for (const { row, there, was } of rowsThat("update")) {
    if (!there || !was) throw new Error(`There is no ${row.kind} ${row.name} that was changed.`);
    expect(row.changes.filter(isDifference)).toEqual(differences(was, there, []));
    updated.add(idOf(was));
  }
  const others = before.filter((one) => !updated.has(idOf(one)));
  expect(others.map((one) => withoutActive(latter.get(idOf(one))))).toEqual(
    others.map(withoutActive),
  );
  const active = after.filter((one) => one.kind === "profile" && one.fields.active);
  expect(active.length).toBeLessThanOrEqual(1);
}
