/** Prompts, resources and roots, as axe reads them. */
import { promptsAndResources } from "./states/prompts-resources.ts";
import { readScenes } from "./states/read.ts";

readScenes([promptsAndResources], "full");
