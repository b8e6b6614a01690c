/** Switches of Chromium that let another program into the pages of the app. */
const SWITCHES = ["remote-debugging-port", "remote-debugging-pipe"];

/**
 * The switch for which the app must not start; null where it may. A fuse keeps debuggers out of the
 * main process of a release, and none keeps them out of its pages: whoever gets in there has the
 * line to the gateway. A package whose fuse lets an inspector in, as tests need it, has nothing left
 * to refuse.
 */
export function refusedSwitch(options: {
  packaged: boolean;
  /** Whether an inspector of the main process is open. */
  inspected: boolean;
  /** Whether Chromium was given a switch, in whichever of its spellings. */
  has: (name: string) => boolean;
}): string | null {
  const { packaged, inspected, has } = options;
  return packaged && !inspected ? (SWITCHES.find(has) ?? null) : null;
}
