/**
 * Passes calls through an {@link InFlight} or a Map, forty at a time, with young collections only,
 * and prints what the heap has grown by, bytes. `node --expose-gc FILE in-flight|map`.
 */
import { InFlight } from "./in-flight.ts";

/** Enough to see it, and few enough that V8 sees no need of a full collection. */
const CALLS = 10_000;
const AT_ONCE = 40;
const BETWEEN_COLLECTIONS = 97;

const call = (): object => ({ body: Array.from({ length: 1000 }, (_, at) => at) });
const collect = (): unknown => globalThis.gc?.({ type: "minor" });

const open = process.argv[2] === "map" ? new Map<number, object>() : new InFlight<number, object>();
const before = process.memoryUsage().heapUsed;
for (let id = 0; id < CALLS; id += 1) {
  open.set(id, call());
  open.delete(id - AT_ONCE);
  if (id % BETWEEN_COLLECTIONS === 0) collect();
}
for (let id = CALLS - AT_ONCE; id < CALLS; id += 1) open.delete(id);
// The second takes what the first has left in the young space for once.
collect();
collect();
process.stdout.write(String(process.memoryUsage().heapUsed - before));
