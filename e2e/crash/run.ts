/**
 * Whenever a backup or a restore ends in its middle, there is exactly the old or exactly the new state,
 * and what was acknowledged is there: `npm run crash:backup [-- --short --only WORDS --minutes N]`.
 * Needs Linux, whose strace(1) takes calls down and makes them fail. Ends with 1 where something is
 * wrong, and keeps the state in which it is.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { atEnd, endAll, endOnSignals } from "../conformance/closing.ts";
import { conclude, runPart } from "../leaks/parts.ts";
import type { Section } from "../leaks/section.ts";
import { canaries } from "./canaries.ts";
import { SCRATCH } from "./check.ts";
import { inject } from "./inject.ts";
import { kills } from "./kills.ts";
import { links } from "./links.ts";
import { judge, operationsIn, type Recording } from "./states.ts";
import { countOf, optionsOf } from "../../scripts/options.ts";

const { values: options } = optionsOf({
  options: {
    short: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    /** How long programs are killed at most. */
    minutes: { type: "string" },
  },
});
const minutes = options.minutes === undefined ? Infinity : countOf("minutes", options.minutes);
const CANARIES = "secrets in what was written";
const LINKS = "links in the way";
const KILLS = "kills";
const form = options.short ? "short" : "full";

if (process.platform !== "linux") throw new Error("npm run crash:backup needs Linux");
if (spawnSync("strace", ["-V"]).error) {
  throw new Error("there is no strace. `npm run setup:system` installs it.");
}
endOnSignals();
const root = mkdtempSync(join(SCRATCH, "crash-"));
atEnd(async () => rmSync(root, { recursive: true, force: true }));
try {
  const sections: Section[] = [];
  const recordings: Recording[] = [];
  const isChosen = (name: string): boolean => name.includes(options.only);
  const part = async (name: string, run: () => Promise<Section>): Promise<void> => {
    if (isChosen(name)) sections.push(await runPart(name, run));
  };
  for (const { name, recorded } of KILLS === options.only ? [] : await operationsIn(root)) {
    const [ended, failing] = [`${name}, ended at each call`, `${name}, with calls that fail`];
    if (![ended, failing, CANARIES, LINKS].some(isChosen)) continue;
    const recording = await recorded();
    recordings.push(recording);
    await part(ended, () => judge(recording, form, root));
    await part(failing, () => inject(recording, form, root));
  }
  await part(CANARIES, async () => canaries(recordings));
  await part(LINKS, () => links(recordings.slice(0, 2), form, root));
  await part(KILLS, () => kills(form, root, minutes));
  await conclude(sections, "always the old state or the new one", undefined);
} finally {
  await endAll();
}
