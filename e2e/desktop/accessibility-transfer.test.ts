/** Export and import, step by step, as axe reads them. */
import { readScenes } from "./states/read.ts";
import { transfer } from "./states/transfer.ts";

readScenes([transfer], "full");
