/** The first run, and servers in trouble, as axe reads them. */
import { firstRun } from "./states/first-run.ts";
import { readScenes } from "./states/read.ts";
import { troubles } from "./states/troubles.ts";

readScenes([firstRun, troubles], "full");
