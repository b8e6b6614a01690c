import { workerData } from "node:worker_threads";
import { serveTasks } from "../traffic/serve-tasks.ts";
import { TrafficStore } from "./traffic-store.ts";
import { viewOf } from "./view.ts";
import type { MetricsFiles, MetricsTasks } from "./worker-messages.ts";

// Both sides are of one build, so what crosses needs no check.
const files: MetricsFiles = workerData;

const store = new TrafficStore(files);

serveTasks<MetricsTasks>({
  record: (rows) => {
    store.record(rows);
    return null;
  },
  due: (before) => store.due(before),
  sum: (hour) => store.sum(hour),
  summed: (hour) => {
    store.summed(hour);
    return null;
  },
  prune: (before) => store.prune(before),
  view: (query) => viewOf(store, query),
  reset: (scope) => store.reset(scope),
  release: () => {
    store.release();
    return null;
  },
  rest: () => true,
  close: () => {
    store.close();
    return null;
  },
});
