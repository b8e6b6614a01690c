import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { openStorage } from "../../packages/sessions/src/open-storage.ts";
import type { StorageType } from "../../packages/sessions/src/storage-choice.ts";
import { table } from "../../bench/stats.ts";
import { startEngine } from "./engine.ts";
import { signIn } from "./words.ts";

/** Of one identity. */
const OWN = 10;
/** Asked for at once. */
const LANES = 64;

/** Runs `work` for each number below `count`, many at once. */
async function inLanes(count: number, work: (at: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const at = next++;
      await work(at);
      // A store that never waits would leave nobody else a turn, and its pauses unseen.
      if (at % LANES === 0) await setImmediate();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/**
 * Fills a store with so many sign-ins, uses and empties it, and prints how fast that was and for how
 * long the process was not there for anything else.
 *
 * @throws where the store does not hold what was put there
 */
export async function fillStore(type: StorageType, count: number): Promise<string> {
  const engine = await startEngine(type, false);
  let now = Date.now();
  const opened = await openStorage(engine.choice, { now: () => now });
  const { backend } = opened;
  const rows = [["what", "operations", "seconds", "per second", "longest pause ms"]];
  const timed = async (what: string, operations: number, work: () => Promise<unknown>) => {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    // It counts from its first tick on.
    await sleep(5);
    const began = performance.now();
    await work();
    const seconds = (performance.now() - began) / 1000;
    await sleep(5);
    delay.disable();
    const perSecond = Math.round(operations / seconds);
    const pause = Math.round(delay.max / 1e6);
    rows.push([what, operations, seconds.toFixed(2), perSecond, pause].map(String));
  };
  const holds = (what: string, found: number, expected: number): void => {
    if (found !== expected) throw new Error(`${type}: ${what} ${found} instead of ${expected}`);
  };
  const identityOf = (at: number): string => `user-${Math.floor(at / OWN)}`;
  const some = Math.min(count, 10_000);
  const spread = (at: number): number => (at * 7919) % count;
  try {
    await timed("create", count, () =>
      inLanes(count, (at) => backend.createSession(signIn(`id-${at}`, identityOf(at)), 600)),
    );
    await timed("get", some, () =>
      inLanes(some, (at) => backend.getSession(identityOf(spread(at)), `id-${spread(at)}`)),
    );
    await timed("update", some, () =>
      inLanes(some, (at) =>
        backend.updateSession(identityOf(spread(at)), `id-${spread(at)}`, { active: false }),
      ),
    );
    await timed("list of one identity", some, () =>
      inLanes(some, async (at) => {
        holds(
          "one identity has",
          (await backend.getIdentityMcpSessions(identityOf(spread(at)))).length,
          OWN,
        );
      }),
    );
    await timed("all ids", 1, async () => {
      holds("it lists", (await backend.getAllSessionIds()).length, count);
    });
    now += 600_000;
    await timed("clean up all", count, async () => {
      holds("it removed", await backend.cleanupExpiredSessions(), count);
    });
  } finally {
    await opened.close();
    await engine.stop();
  }
  return `${type}, ${count} sign-ins\n${table(rows)}`;
}
