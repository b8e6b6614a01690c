import { pause } from "../command-line.ts";

const POLL_MS = 25;

/** Asks again and again. @returns whether it came to hold within the time */
export const until = async (
  holds: () => boolean | Promise<boolean>,
  withinMs: number,
  pollMs = POLL_MS,
): Promise<boolean> => {
  const end = performance.now() + withinMs;
  for (;;) {
    if (await holds()) return true;
    if (performance.now() > end) return false;
    await pause(pollMs);
  }
};

/** Does each of these once, so many at a time, in their order. */
export const inLanes = async <T>(
  things: readonly T[],
  lanes: number,
  each: (thing: T) => Promise<void>,
): Promise<void> => {
  const waiting = [...things];
  const lane = async (): Promise<void> => {
    for (let thing = waiting.shift(); thing !== undefined; thing = waiting.shift()) {
      await each(thing);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
};
