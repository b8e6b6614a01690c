/**
 * Nothing that the gateway starts outlives its stop or the gateway's death, nothing in it grows, and
 * a bad server costs its neighbours nothing: `npm run leaks [-- --short --only PART --server KIND
 * --json FILE]`. Ends with 1 where something survived, and says what. On Linux, whose `/proc` it reads.
 */
import { writeFile } from "node:fs/promises";
import { inspect, parseArgs } from "node:util";
import { table } from "../../bench/stats.ts";
import { counted } from "@local-mcp/engine";
import { endAll, endOnSignals } from "../conformance/closing.ts";
import { connects } from "./connects.ts";
import { crashes } from "./crashes.ts";
import { crowd } from "./crowd.ts";
import { cycles } from "./cycles.ts";
import { kills } from "./kills.ts";
import { neighbours } from "./neighbours.ts";
import { type Asked, ms, type Section } from "./section.ts";

/** Of each part; the file has all. */
const SHOWN_FAULTS = 20;

type Part = (asked: Asked) => Promise<Section>;

/** These mostly wait, and run at the same time; */
const TOGETHER: Record<string, Part> = { cycles, kills, connects };
/** these measure times, one after another. */
const ALONE: Record<string, Part> = { crowd, crashes, neighbours };

const { values: options } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    server: { type: "string", multiple: true },
    short: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

const names = options.only ?? Object.keys({ ...TOGETHER, ...ALONE });
const chosen = (parts: Record<string, Part>): [string, Part][] =>
  Object.entries(parts).filter(([name]) => names.includes(name));

const checkNames = (): void => {
  const all = Object.keys({ ...TOGETHER, ...ALONE });
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`no ${unknown.join(", ")}; there is ${all.join(", ")}`);
};

/** Does one part. What kept it from its end is a fault of it, so that the others still run. */
const run = async ([name, part]: [string, Part]): Promise<Section> => {
  const began = performance.now();
  const asked = { form: options.short ? "short" : "full", kinds: options.server } as const;
  const { figures, faults } = await part(asked).catch((error: unknown) => ({
    figures: [],
    faults: [inspect(error)],
  }));
  const took: [string, string] = ["took", ms(performance.now() - began)];
  const section: Section = { name, figures: [...figures, took], faults };
  console.log(`\n${name}: ${faults.length === 0 ? "ok" : counted(faults.length, "fault")}`);
  console.log(table(section.figures.map(([what, value]) => [`  ${what}`, value])));
  for (const fault of faults.slice(0, SHOWN_FAULTS)) console.log(`  ! ${fault}`);
  return section;
};

if (process.platform !== "linux") throw new Error("npm run leaks needs Linux");
endOnSignals();
try {
  checkNames();
  const sections = await Promise.all(chosen(TOGETHER).map(run));
  for (const part of chosen(ALONE)) sections.push(await run(part));
  const failed = sections.filter(({ faults }) => faults.length > 0);
  console.log(
    failed.length === 0 ? "\nno leaks" : `\nfailed: ${failed.map(({ name }) => name).join(", ")}`,
  );
  if (options.json !== undefined) await writeFile(options.json, JSON.stringify(sections, null, 2));
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  await endAll();
}
