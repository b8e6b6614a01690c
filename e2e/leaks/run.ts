/**
 * Nothing that the gateway starts outlives its stop or the gateway's death, nothing in it grows, and
 * a bad server costs its neighbours nothing: `npm run leaks [-- --short --only PART --server KIND
 * --json FILE]`. Ends with 1 where something survived, and says what. On Linux, whose `/proc` it reads.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { table } from "../../bench/stats.ts";
import { endAll, endOnSignals } from "../conformance/closing.ts";
import { connects } from "./connects.ts";
import { crashes } from "./crashes.ts";
import { crowd } from "./crowd.ts";
import { cycles } from "./cycles.ts";
import { kills } from "./kills.ts";
import { neighbours } from "./neighbours.ts";
import { type Asked, ms, type Section } from "./section.ts";

const PARTS: Record<string, (asked: Asked) => Promise<Section>> = {
  cycles,
  kills,
  connects,
  crowd,
  crashes,
  neighbours,
};

const { values: options } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    server: { type: "string", multiple: true },
    short: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

const names = options.only ?? Object.keys(PARTS);
const run = async (name: string): Promise<Section> => {
  const part = PARTS[name];
  if (!part) throw new Error(`no ${name}; there is ${Object.keys(PARTS).join(", ")}`);
  const began = performance.now();
  const { figures, faults } = await part({
    form: options.short ? "short" : "full",
    kinds: options.server,
  });
  const section: Section = {
    name,
    figures: [...figures, ["took", ms(performance.now() - began)]],
    faults,
  };
  console.log(`\n${name}: ${faults.length === 0 ? "ok" : `${faults.length} faults`}`);
  console.log(table(section.figures.map(([what, value]) => [`  ${what}`, value])));
  for (const fault of faults.slice(0, 20)) console.log(`  ! ${fault}`);
  return section;
};

if (process.platform !== "linux") throw new Error("npm run leaks needs Linux");
endOnSignals();
try {
  const sections: Section[] = [];
  for (const name of names) sections.push(await run(name));
  const failed = sections.filter(({ faults }) => faults.length > 0);
  console.log(
    failed.length === 0 ? "\nno leaks" : `\nfailed: ${failed.map(({ name }) => name).join(", ")}`,
  );
  if (options.json !== undefined) await writeFile(options.json, JSON.stringify(sections, null, 2));
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  await endAll();
}
