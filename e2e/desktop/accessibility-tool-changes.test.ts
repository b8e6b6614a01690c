/** Tools that changed since they were accepted, as axe reads them. */
import { readScenes } from "./states/read.ts";
import { toolChanges } from "./states/tool-changes.ts";

readScenes([toolChanges], "full");
