import { setTimeout as sleep } from "node:timers/promises";

/** How long a client may take to answer a question, ms. As long as a person is usually given. */
export const ANSWER_MS = 10 * 60_000;

/** Waits until the work is done, or for `ms` where it takes longer. The work goes on. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const enough = new AbortController();
  const { signal } = enough;
  await Promise.race([work, sleep(ms, undefined, { signal }).catch(() => {})]);
  enough.abort();
}
