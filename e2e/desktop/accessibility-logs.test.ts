/** Debug logs, as axe reads them. */
import { logs } from "./states/logs.ts";
import { readScenes } from "./states/read.ts";

readScenes([logs]);
