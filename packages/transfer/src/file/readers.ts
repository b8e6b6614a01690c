import { profileFromFile } from "./profile.ts";
import { promptFromFile } from "./prompt.ts";
import { resourceFromFile } from "./resource.ts";
import { rootFromFile } from "./root.ts";
import { serverFromFile } from "./server.ts";
import { toolFromFile } from "./tool.ts";

/** How a kind is read. */
export const READERS = {
  tools: toolFromFile,
  gateways: serverFromFile,
  servers: profileFromFile,
  prompts: promptFromFile,
  resources: resourceFromFile,
  roots: rootFromFile,
};
