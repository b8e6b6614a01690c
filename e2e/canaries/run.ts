/**
 * No secret is ever found where anybody could read it: `npm run canaries [-- --short --only PART
 * --json FILE]`. Ends with 1 where one was, and says which and where. On Linux, whose `/proc` it
 * reads.
 */
import { writeFile } from "node:fs/promises";
import { inspect, parseArgs } from "node:util";
import { table } from "../../bench/stats.ts";
import { counted } from "@local-mcp/engine";
import { endAll, endOnSignals } from "../conformance/closing.ts";
import { ms, type Form, type Section } from "../leaks/section.ts";
import { campaign, start } from "./campaign.ts";
import { swaps } from "./swaps.ts";

/** Of each part; the file has all. */
const SHOWN_FAULTS = 40;

const PARTS: Record<string, (form: Form) => Promise<Section>> = { campaign, swaps, start };
/** The last one is a part of the first, by itself for who looks for one fault. */
const USUAL = ["campaign", "swaps"];

const { values: options } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    short: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

/** Does one part. What kept it from its end is a fault of it, so that the others still run. */
const run = async (name: string): Promise<Section> => {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`no ${name}; there is ${Object.keys(PARTS).join(", ")}`);
  const began = performance.now();
  const { figures, faults } = await part(options.short ? "short" : "full").catch(
    (error: unknown) => ({ figures: [], faults: [inspect(error)] }),
  );
  const took: [string, string] = ["took", ms(performance.now() - began)];
  const section: Section = { name, figures: [...figures, took], faults };
  console.log(`\n${name}: ${faults.length === 0 ? "ok" : counted(faults.length, "fault")}`);
  console.log(table(section.figures.map(([what, value]) => [`  ${what}`, value])));
  for (const fault of faults.slice(0, SHOWN_FAULTS)) console.log(`  ! ${fault}`);
  return section;
};

if (process.platform !== "linux") throw new Error("npm run canaries needs Linux");
endOnSignals();
try {
  const sections: Section[] = [];
  for (const name of options.only ?? USUAL) sections.push(await run(name));
  const failed = sections.filter(({ faults }) => faults.length > 0);
  console.log(
    failed.length === 0
      ? "\nno secret found"
      : `\nfailed: ${failed.map(({ name }) => name).join(", ")}`,
  );
  if (options.json !== undefined) await writeFile(options.json, JSON.stringify(sections, null, 2));
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  await endAll();
}
