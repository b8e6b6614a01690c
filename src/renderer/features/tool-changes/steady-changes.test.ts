import { expect, test } from "vitest";
import { steadyChanges } from "./steady-changes.ts";
import { aChange } from "./tool-changes.fixture.ts";

const [read, write] = [aChange({ name: "read" }), aChange({ name: "write" })];
const shown = steadyChanges([], [read, write]);

test("what is listed first is shown in its order", () => {
  expect(shown).toEqual([
    { change: read, newer: null },
    { change: write, newer: null },
  ]);
});

test("what is read keeps its place and its text, whatever comes or changes meanwhile", () => {
  const changed = { ...write, digest: "b".repeat(64) };
  const added = aChange({ name: "add" });
  expect(steadyChanges(shown, [added, changed, read])).toEqual([
    { change: read, newer: null },
    { change: write, newer: changed },
    { change: added, newer: null },
  ]);
});

test("what changed back to what is shown is what is shown; what was accepted goes", () => {
  const [, second] = steadyChanges(shown, [read, { ...write, digest: "b".repeat(64) }]);
  expect(second?.newer).not.toBeNull();
  expect(steadyChanges(second ? [second] : [], [write])).toEqual([{ change: write, newer: null }]);
  expect(steadyChanges(shown, [])).toEqual([]);
});

test("that it is held back now is known at once", () => {
  const held = { ...read, isHeldBack: true };
  expect(steadyChanges(shown, [held])).toEqual([{ change: held, newer: null }]);
});
