import { join } from "node:path";
import { freePort, start } from "../child.ts";
import { assertFresh, settingsOf } from "../fresh.ts";
import type { OurDirectory } from "../ours.ts";
import type { Stage } from "./scenario.ts";

/** A gateway of ours that was just started. */
export interface Served {
  /** When, as `performance.now` tells it. */
  began: number;
  pid: number;
  urlOf: (profile: string) => string;
}

/** Starts ours on the directory for as long as the work takes. @throws where it is not set as shipped */
export const served = async <T>(
  { root, fresh }: Stage,
  directory: OurDirectory,
  work: (served: Served) => Promise<T>,
): Promise<T> => {
  const port = await freePort();
  const launch = directory.launch(port);
  const began = performance.now();
  const child = start(launch, join(root, `${directory.name}.log`));
  const urlOf = (profile: string) => `http://127.0.0.1:${port}/mcp/${profile}`;
  try {
    const result = await Promise.race([work({ began, pid: child.pid, urlOf }), child.ended]);
    assertFresh(await settingsOf(directory.dataDir), fresh);
    return result;
  } finally {
    await child.stop();
  }
};
