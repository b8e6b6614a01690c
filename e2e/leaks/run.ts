/**
 * Nothing that the gateway starts outlives its stop or the gateway's death, nothing in it grows, and
 * a bad server costs its neighbours nothing: `npm run leaks [-- --short --only PART --server KIND
 * --json FILE]`. Ends with 1 where something survived, and says what. On Linux, whose `/proc` it reads.
 */
import { endAll, endOnSignals } from "../conformance/closing.ts";
import { connects } from "./connects.ts";
import { crashes } from "./crashes.ts";
import { crowd } from "./crowd.ts";
import { cycles } from "./cycles.ts";
import { kills } from "./kills.ts";
import { neighbours } from "./neighbours.ts";
import { conclude, runPart } from "./parts.ts";
import type { Asked, Section } from "./section.ts";
import { optionsOf, refuseUnknown } from "../../scripts/options.ts";

type Part = (asked: Asked) => Promise<Section>;

/** These mostly wait, and run at the same time; */
const TOGETHER: Record<string, Part> = { cycles, kills, connects };
/** these measure times, one after another. */
const ALONE: Record<string, Part> = { crowd, crashes, neighbours };

const { values: options } = optionsOf({
  options: {
    only: { type: "string", multiple: true },
    server: { type: "string", multiple: true },
    short: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

const all = Object.keys({ ...TOGETHER, ...ALONE });
const names = options.only ?? all;
refuseUnknown(names, all);
const chosen = (parts: Record<string, Part>): [string, Part][] =>
  Object.entries(parts).filter(([name]) => names.includes(name));

const form = options.short ? "short" : "full";
const run = ([name, part]: [string, Part]): Promise<Section> =>
  runPart(name, () => part({ form, kinds: options.server }));

if (process.platform !== "linux") throw new Error("npm run leaks needs Linux");
endOnSignals();
try {
  const sections = await Promise.all(chosen(TOGETHER).map(run));
  for (const part of chosen(ALONE)) sections.push(await run(part));
  await conclude(sections, "no leaks", options.json);
} finally {
  await endAll();
}
