import { setTimeout as sleep } from "node:timers/promises";
import { identityOf, type ProcessEntry } from "./family.ts";
import type { Signal } from "./process-system.ts";

/** Between two looks at what is being ended, ms: it may fork meanwhile. */
const LOOK_AGAIN_MS = 30;

/**
 * Signals each process of a family, those that turn up meanwhile as well, so that what forks cannot
 * outrun it. SIGTERM each gets once.
 *
 * @param look which of the family are there now
 * @returns those that are there after `ms`
 */
export async function signalUntilGone(
  signal: Signal,
  ms: number,
  look: () => Promise<ProcessEntry[]>,
  send: (processes: readonly ProcessEntry[], signal: Signal) => Promise<void>,
): Promise<ProcessEntry[]> {
  const end = Date.now() + ms;
  const told = new Set<string>();
  // The time is looked at last: however late a look is, nobody is given up who was not told.
  for (let isOver = false; ; isOver = Date.now() >= end) {
    let members = await look();
    // One look can miss what is forked while it goes on, by one that has ended before it gets there.
    if (members.length === 0) members = await look();
    if (members.length === 0 || isOver) return members;
    const untold = members.filter(
      // Nobody can act upon SIGKILL twice, but it may not have been possible to send it.
      (member) => signal === "SIGKILL" || !told.has(identityOf(member)),
    );
    if (untold.length > 0) await send(untold, signal);
    for (const member of untold) told.add(identityOf(member));
    await sleep(LOOK_AGAIN_MS);
  }
}
