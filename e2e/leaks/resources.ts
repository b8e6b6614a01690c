import { createHook } from "node:async_hooks";
import { readdirSync } from "node:fs";
import { allProcesses } from "./proc.ts";

/** What a process holds, by kind. */
export type Resources = Record<string, number>;

/** What has to be closed or cleared, and does not go by itself. */
const CLOSABLE = ["Timeout", "TCPWRAP", "TCPSERVERWRAP", "PIPEWRAP", "PROCESSWRAP", "FSEVENTWRAP"];

/**
 * Counts the timers and handles of this process, also those that do not keep it alive, which
 * `process.getActiveResourcesInfo` leaves out. Begin before anything else does.
 */
export class ResourceCount {
  readonly #living = new Map<number, string>();

  constructor() {
    createHook({
      init: (id, type) => {
        if (CLOSABLE.includes(type)) this.#living.set(id, type);
      },
      destroy: (id) => {
        this.#living.delete(id);
      },
    }).enable();
  }

  /** At this moment, with file descriptors and child processes. */
  now(): Resources {
    const counts: Resources = Object.fromEntries(CLOSABLE.map((type) => [type, 0]));
    for (const type of this.#living.values()) counts[type] = (counts[type] ?? 0) + 1;
    for (const type of process.getActiveResourcesInfo()) {
      const key = `active ${type}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    counts["file descriptors"] = readdirSync("/proc/self/fd").length;
    counts["child processes"] = allProcesses().filter(
      ({ parent }) => parent === process.pid,
    ).length;
    return counts;
  }
}

/** What there is more of than before. */
export const grown = (before: Resources, after: Resources): string[] =>
  Object.entries(after)
    .filter(([kind, count]) => count > (before[kind] ?? 0))
    .map(([kind, count]) => `${kind}: ${before[kind] ?? 0}, then ${count}`);
