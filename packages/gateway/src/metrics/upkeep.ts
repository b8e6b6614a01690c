import { setImmediate as nextTurn } from "node:timers/promises";
import type { Settings } from "@local-mcp/contract";
import type { Stores } from "../stores.ts";
import type { MetricsThread } from "./worker-client.ts";

/** How long an hour that is over is waited with, for what is still on its way, ms. */
export const GRACE_MS = 5 * 60_000;
const DAY_MS = 86_400_000;
/** Sums that are removed at once; others have their turn in between. */
const SLICE = 500;

export interface UpkeepOptions {
  worker: MetricsThread;
  store: Stores["metrics"];
  settings: () => Pick<Settings, "metricsRawDays" | "metricsKeepDays">;
}

/**
 * Sums up the hours that are over, then removes what is older than the settings say. May be done as
 * often as one likes, and be ended anywhere.
 *
 * @param now ms since 1970
 */
export async function tidy({ worker, store, settings }: UpkeepOptions, now: number): Promise<void> {
  for (const due of await worker.ask("due", now - GRACE_MS)) {
    const { hour, ...rows } = await worker.ask("sum", due);
    store.replaceHour(hour, rows);
    await worker.ask("summed", hour);
  }
  const { metricsRawDays, metricsKeepDays } = settings();
  while ((await worker.ask("prune", now - metricsRawDays * DAY_MS)) > 0);
  while (store.deleteBefore(now - metricsKeepDays * DAY_MS, SLICE) > 0) await nextTurn();
}
