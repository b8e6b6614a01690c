import { array, assert, asyncProperty, nat } from "fast-check";
import { expect, test } from "vitest";
import { collectInTurns, sortInTurns } from "./turns.ts";

/** Long work: so many steps take far longer than a turn, on any computer. */
const STEPS = 2000;
const spin = (): void => {
  const end = performance.now() + 0.02;
  while (performance.now() < end);
};

/** How often others came in between. */
const turnsDuring = async (work: Promise<unknown>): Promise<number> => {
  let turns = 0;
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  await work;
  clearImmediate(next);
  return turns;
};

const numbers = Array.from({ length: STEPS }, (_, index) => (index * 7919) % STEPS);

test("whoever goes through very many lets others come in between", async () => {
  const work = collectInTurns(numbers, (number) => {
    spin();
    return number % 2 === 0 ? number : undefined;
  });
  expect(await turnsDuring(work)).toBeGreaterThan(0);
  expect(await work).toEqual(numbers.filter((number) => number % 2 === 0));
});

test("whoever sorts very many lets others come in between", async () => {
  const work = sortInTurns(numbers, (one, other) => {
    spin();
    return one - other;
  });
  expect(await turnsDuring(work)).toBeGreaterThan(1);
  expect(await work).toEqual(numbers.toSorted((one, other) => one - other));
});

test("few are gone through at once", async () => {
  const work = (async () => {
    await sortInTurns([2, 1], (one, other) => one - other);
    await collectInTurns([2, 1], (number) => number);
  })();
  expect(await turnsDuring(work)).toBe(0);
});

test("the order is that of a sort, whatever the length; what is equal stays as it was", async () => {
  const lists = array(nat(9), { maxLength: 3000, size: "max" });
  await assert(
    asyncProperty(lists, async (keys) => {
      const items = keys.map((key, at) => ({ key, at }));
      const order = (one: { key: number }, other: { key: number }) => one.key - other.key;
      expect(await sortInTurns(items, order)).toEqual(items.toSorted(order));
    }),
    { numRuns: 30 },
  );
  expect.hasAssertions();
});
