import type { ImportAction, ImportPlan, ImportRow } from "@local-mcp/contract";
import { expect } from "vitest";
import { type AnyEntity, keyOf } from "../entity.ts";
import { differences, isDifference } from "./differences.ts";

const idOf = ({ kind, uid }: AnyEntity): string => `${kind} ${uid}`;
const nameAfter = ({ newName, name }: ImportRow): string => newName ?? name;
const byId = (all: readonly AnyEntity[]): Map<string, AnyEntity> =>
  new Map(all.map((one) => [idOf(one), one]));

/** Which profile is active is one fact of several profiles. */
const withoutActive = (one: AnyEntity | undefined): unknown =>
  one?.kind === "profile" ? { ...one, fields: { ...one.fields, active: null } } : one;

/** What is there afterwards is what a plan says, and nothing else has changed. */
export function expectDone(
  { rows, counts }: Pick<ImportPlan, "rows" | "counts">,
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
