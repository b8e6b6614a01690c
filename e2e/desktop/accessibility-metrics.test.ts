/** Metrics and sessions, as axe reads them. */
import { metrics } from "./states/metrics.ts";
import { readScenes } from "./states/read.ts";
import { sessions } from "./states/sessions.ts";

readScenes([metrics, sessions], "full");
