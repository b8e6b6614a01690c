/** What can be done with debug logs, as axe reads it. */
import { logsViews } from "./states/logs-views.ts";
import { readScenes } from "./states/read.ts";

readScenes([logsViews], "full");
