import { writeFile } from "node:fs/promises";
import { inspect } from "node:util";
import { table } from "../../bench/stats.ts";
import { counted } from "@local-mcp/engine";
import { endAll, endOnSignals } from "../conformance/closing.ts";
import { type Form, ms, type Section } from "./section.ts";
import { optionsOf, refuseUnknown } from "../../scripts/options.ts";

/** Of each part; the file has all. */
const SHOWN_FAULTS = 40;

/**
 * Does one part of a gate, and prints what it found. What kept it from its end is a fault of it, so
 * that the others still run.
 */
export async function runPart(name: string, part: () => Promise<Section>): Promise<Section> {
  const began = performance.now();
  const { figures, faults } = await part().catch((error: unknown) => ({
    figures: [],
    faults: [inspect(error)],
  }));
  const took: [string, string] = ["took", ms(performance.now() - began)];
  const section: Section = { name, figures: [...figures, took], faults };
  console.log(`\n${name}: ${faults.length === 0 ? "ok" : counted(faults.length, "fault")}`);
  console.log(table(section.figures.map(([what, value]) => [`  ${what}`, value])));
  for (const fault of faults.slice(0, SHOWN_FAULTS)) console.log(`  ! ${fault}`);
  return section;
}

/**
 * Prints whether all parts have passed, which the exit code says too.
 *
 * @param passed what is said where they have
 * @param file where all that was found is written as JSON
 */
export async function conclude(
  sections: readonly Section[],
  passed: string,
  file: string | undefined,
): Promise<void> {
  const failed = sections.filter(({ faults }) => faults.length > 0).map(({ name }) => name);
  // A gate that was asked for what it does not have has not passed.
  if (sections.length === 0) failed.push("nothing of that name is tried");
  console.log(failed.length === 0 ? `\n${passed}` : `\nfailed: ${failed.join(", ")}`);
  if (file !== undefined) await writeFile(file, JSON.stringify(sections, null, 2));
  process.exitCode = failed.length === 0 ? 0 : 1;
}

/**
 * A gate whose parts are done one after another: `[--short --only PART --json FILE]`.
 *
 * @param parts all that there are, by name
 * @param passed what is said where they have
 * @param usual those that are done where none is named
 */
export async function runParts(
  parts: Record<string, (form: Form) => Promise<Section>>,
  passed: string,
  usual = Object.keys(parts),
): Promise<void> {
  const { values: options } = optionsOf({
    options: {
      only: { type: "string", multiple: true },
      short: { type: "boolean", default: false },
      json: { type: "string" },
    },
  });
  const names = options.only ?? usual;
  refuseUnknown(names, Object.keys(parts));
  const chosen = Object.entries(parts).filter(([name]) => names.includes(name));
  const form = options.short ? "short" : "full";
  endOnSignals();
  try {
    const sections: Section[] = [];
    for (const [name, part] of chosen) sections.push(await runPart(name, () => part(form)));
    await conclude(sections, passed, options.json);
  } finally {
    await endAll();
  }
}
