/** A working day, as axe reads it. */
import { readScenes } from "./states/read.ts";
import { work } from "./states/work.ts";

readScenes([work]);
