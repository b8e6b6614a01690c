/**
 * No damaged backup is ever opened: `npm run damage:backup [-- --short --only PART --json FILE]`.
 * Every bit of a sample, random bits of a large file, cuts, chunks in another order, parts of two
 * backups, every field of the header, and some of each given to a gateway that serves. Ends with 1
 * where one was, and says which. On Linux, whose `/proc` it reads.
 */
import { runParts } from "../leaks/parts.ts";
import type { Section } from "../leaks/section.ts";
import { everyBit, randomBits } from "./damage/flips.ts";
import { memoryFinding } from "./damage/memory.ts";
import { structure } from "./damage/structure.ts";

/** Of this process with all that was loaded, before anything was done. */
const rssBefore = process.memoryUsage.rss() / 2 ** 20;

/** Of this process since it began, key derivation included. */
const memory = (): Promise<Section> => {
  const peak = process.resourceUsage().maxRSS / 1024;
  return Promise.resolve({ name: "memory", ...memoryFinding(rssBefore, peak) });
};

await runParts(
  {
    "every-bit": everyBit,
    "random-bits": randomBits,
    structure,
    memory,
    // Loaded late: with it comes the database, and it is not its memory that is measured.
    gateway: async (form) => (await import("./damage/through.ts")).throughTheGateway(form),
  },
  "no damaged backup was opened",
);
