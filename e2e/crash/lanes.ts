/** As many at once as a small machine has cores. */
const LANES = 2;

/**
 * Works through what is given, in lanes side by side.
 *
 * @param work is told in which lane it is, from 0
 */
export async function inLanes<One>(
  all: IterableIterator<One>,
  work: (one: One, lane: number) => Promise<void>,
): Promise<void> {
  await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      for (const one of all) await work(one, lane);
    }),
  );
}
