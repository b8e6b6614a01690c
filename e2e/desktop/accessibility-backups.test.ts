/** Backups, as axe reads them. */
import { backups } from "./states/backups.ts";
import { readScenes } from "./states/read.ts";

readScenes([backups], "full");
