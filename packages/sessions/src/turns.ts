import { setImmediate } from "node:timers/promises";

/** How long work goes on before everything else that waits for this thread comes in between, ms. */
const TURN_MS = 10;
/** Steps between two looks at the clock; of items that are sorted at once. */
const STEP = 500;

/** Counts steps of long work, and makes it wait after some of them. */
class Turns {
  #steps = 0;
  #begun = performance.now();

  /** Whether `pause` is to be waited for. */
  isOver(steps = 1): boolean {
    this.#steps += steps;
    if (this.#steps < STEP) return false;
    this.#steps = 0;
    return performance.now() - this.#begun >= TURN_MS;
  }

  async pause(): Promise<void> {
    await setImmediate();
    this.#begun = performance.now();
  }
}

/** What `take` makes of the items, without what it leaves out as undefined. */
export const collectInTurns = async <T, U>(
  items: readonly T[],
  take: (item: T) => U | undefined,
): Promise<U[]> => {
  const turns = new Turns();
  const taken: U[] = [];
  for (const item of items) {
    const one = take(item);
    if (one !== undefined) taken.push(one);
    if (turns.isOver()) await turns.pause();
  }
  return taken;
};

/** The items in order: parts are sorted, and then merged two by two. */
export const sortInTurns = async <T>(
  items: readonly T[],
  order: (one: T, other: T) => number,
): Promise<T[]> => {
  const turns = new Turns();
  let parts: T[][] = [];
  for (let at = 0; at < items.length; at += STEP) {
    parts.push(items.slice(at, at + STEP).sort(order));
    if (turns.isOver(STEP)) await turns.pause();
  }
  while (parts.length > 1) {
    const merged: T[][] = [];
    for (let at = 0; at < parts.length; at += 2) {
      merged.push(await merge(parts[at] ?? [], parts[at + 1] ?? [], order, turns));
    }
    parts = merged;
  }
  return parts[0] ?? [];
};

const merge = async <T>(
  ones: readonly T[],
  others: readonly T[],
  order: (one: T, other: T) => number,
  turns: Turns,
): Promise<T[]> => {
  const merged: T[] = [];
  let at = 0;
  for (const one of ones) {
    for (; at < others.length; at += 1) {
      const other = others[at];
      if (other === undefined || order(one, other) <= 0) break;
      merged.push(other);
      if (turns.isOver()) await turns.pause();
    }
    merged.push(one);
    if (turns.isOver()) await turns.pause();
  }
  return merged.concat(others.slice(at));
};
