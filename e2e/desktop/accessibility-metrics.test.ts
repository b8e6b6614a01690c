/** Metrics, as axe reads them. */
import { metrics } from "./states/metrics.ts";
import { readScenes } from "./states/read.ts";

readScenes([metrics]);
