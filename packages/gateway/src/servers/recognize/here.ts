import { homedir } from "node:os";
import type { Launcher } from "../../clients/connections.ts";
import { isOurselves } from "./ourselves.ts";
import type { ReadOptions } from "./recognize.ts";

/** How texts of servers are read on this computer, by the gateway that is asked. */
export const recognitionHere = (address: () => string, launcher: Launcher): ReadOptions => ({
  home: homedir(),
  isOurselves: (reach) => isOurselves(reach, { url: address(), launcher }),
});
