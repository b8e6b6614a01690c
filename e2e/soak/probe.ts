/**
 * Loaded into the gateway's process before anything else (`node --expose-gc --import`): answers each
 * message with what the process holds, as {@link Held}; `collect` lets it collect its garbage first.
 */
import { constants, monitorEventLoopDelay, PerformanceObserver } from "node:perf_hooks";

/** What a process holds, in bytes, and what its event loop was kept waiting since the last time, ms. */
export interface Held {
  heap: number;
  /** After the last full collection, which came by itself or was asked for. */
  heapFloor: number;
  external: number;
  loopP50: number;
  loopP99: number;
  loopMax: number;
  /** Timers, sockets and the like that keep it alive, by kind. */
  active: Record<string, number>;
}

const RESOLUTION_MS = 5;
const MS = 1e6;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
let heapFloor = process.memoryUsage().heapUsed;
const isFull = (entry: object): boolean => {
  const detail: unknown = "detail" in entry ? entry.detail : null;
  const kind = typeof detail === "object" && detail !== null && "kind" in detail && detail.kind;
  return kind === constants.NODE_PERFORMANCE_GC_MAJOR;
};
new PerformanceObserver((list) => {
  if (list.getEntries().some(isFull)) heapFloor = process.memoryUsage().heapUsed;
}).observe({ entryTypes: ["gc"] });

const held = (): Held => {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  const active: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) active[kind] = (active[kind] ?? 0) + 1;
  const waited = (share: number): number => delay.percentile(share) / MS - RESOLUTION_MS;
  const loop = { loopP50: waited(50), loopP99: waited(99), loopMax: delay.max / MS };
  delay.reset();
  return { heap: heapUsed, heapFloor, external: external + arrayBuffers, ...loop, active };
};

process.on("message", (message) => {
  if (message === "collect") {
    globalThis.gc?.();
    heapFloor = process.memoryUsage().heapUsed;
  }
  process.send?.(held());
});
// Where who measures is gone, it is to go too.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
// It is to end as if nobody measured.
process.channel?.unref();
