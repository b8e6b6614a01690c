/**
 * No secret is ever found where anybody could read it: `npm run canaries [-- --short --only PART
 * --json FILE]`. Ends with 1 where one was, and says which and where. On Linux, whose `/proc` it
 * reads.
 */
import { parseArgs } from "node:util";
import { endAll, endOnSignals } from "../conformance/closing.ts";
import { conclude, runPart } from "../leaks/parts.ts";
import type { Form, Section } from "../leaks/section.ts";
import { backups } from "./backups.ts";
import { campaign, start } from "./campaign.ts";
import { signIns } from "./sign-ins.ts";
import { swaps } from "./swaps.ts";

const PARTS: Record<string, (form: Form) => Promise<Section>> = {
  campaign,
  swaps,
  "sign-ins": signIns,
  backups,
  start,
};
/** The last one is a part of the first, by itself for who looks for one fault. */
const USUAL = ["campaign", "swaps", "sign-ins", "backups"];

const { values: options } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    short: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

const run = (name: string): Promise<Section> => {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`no ${name}; there is ${Object.keys(PARTS).join(", ")}`);
  return runPart(name, () => part(options.short ? "short" : "full"));
};

if (process.platform !== "linux") throw new Error("npm run canaries needs Linux");
endOnSignals();
try {
  const sections: Section[] = [];
  for (const name of options.only ?? USUAL) sections.push(await run(name));
  await conclude(sections, "no secret found", options.json);
} finally {
  await endAll();
}
