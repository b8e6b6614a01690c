/** The gateway's own tools, and tags, as axe reads them. */
import { readScenes } from "./states/read.ts";
import { tools } from "./states/tools.ts";

readScenes([tools]);
