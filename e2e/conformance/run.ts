/**
 * The official conformance suites against our fixture, directly and through the gateway, check by
 * check: `npm run conformance [-- NAME… --short --scenario TEXT --json FILE --keep DIR]`. Ends with
 * 1 when a check differs or is missing, when the fixture is below its score, when a scenario of the
 * client side does not pass, and when a message of the gateway is not valid by the schema of its
 * revision. `auth` is the client side's scenarios of sign-in; `--scenario` picks some of them.
 */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ensureInstalled } from "../install.ts";
import { AUTH_RUNS, runAuthSuite } from "./auth-suite.ts";
import { bundleDriver } from "./client-scenario.ts";
import { runClientSuite } from "./client-suite.ts";
import { atEnd, endAll, endOnSignals } from "./closing.ts";
import { startGateway } from "./gateway.ts";
import type { Section } from "./section.ts";
import { prepare, runDirect, runThrough } from "./server-suites.ts";
import { CONFORMANCE_DIRECTORY, type SuiteName } from "./suites.ts";
import { table } from "./table.ts";
import { VARIANTS, type Variant } from "./variants.ts";
import { checkWire } from "./wire-check.ts";
import { optionsOf, refuse, refuseUnknown } from "../../scripts/options.ts";

const { values: options, positionals } = optionsOf({
  allowPositionals: true,
  options: {
    only: { type: "string", multiple: true, default: [] },
    scenario: { type: "string", multiple: true, default: [] },
    short: { type: "boolean", default: false },
    json: { type: "string" },
    keep: { type: "string" },
  },
});

const CLIENT = "client";
const AUTH = "auth";
const NAMES = [...VARIANTS.map(({ name }) => name), CLIENT, AUTH];
const chosen = [...positionals, ...options.only];
refuseUnknown(chosen, NAMES);
const CLIENT_SUITES: SuiteName[] = ["2025-11-25", "2026-07-28"];

/** The client suite starts a gateway per scenario, which is too long for the short run. */
const isChosen = (name: string): boolean =>
  chosen.length > 0 ? chosen.includes(name) : !(options.short && name === CLIENT);

const suitesOf = (variant: Variant): SuiteName[] =>
  variant.suites.filter((name) => !(options.short && variant.notShort?.includes(name)));

const workDirectory = async (): Promise<string> => {
  if (options.keep !== undefined) {
    const kept = resolve(options.keep);
    await mkdir(kept, { recursive: true });
    if ((await readdir(kept)).length > 0) refuse(`${kept} is not empty.`);
    return kept;
  }
  const directory = await mkdtemp(join(tmpdir(), "conformance-results-"));
  atEnd(() => rm(directory, { recursive: true, force: true }));
  return directory;
};

const print = ({ title, rows, table: own, summary, faults }: Section): void => {
  console.log(`\n${title}: ${summary}`);
  if (own !== undefined) console.log(own);
  else if (rows.length > 0) console.log(table(rows));
  for (const fault of faults) console.log(`  ! ${fault.slice(0, 600)}`);
};

/** The fixture directly, then through the gateway on every way that is chosen. */
const serverSuites = async (variants: Variant[], directory: string): Promise<Section[]> => {
  const names = [...new Set(variants.flatMap(suitesOf))];
  const { direct, sections } = await runDirect(names, directory);
  sections.forEach(print);

  const ways = [];
  for (const variant of variants) ways.push(await prepare(variant, directory));
  const gateway = await startGateway(ways.map(({ server }) => server));
  for (const way of ways) {
    const through = await runThrough(way, suitesOf(way.variant), direct, gateway, directory);
    through.forEach(print);
    sections.push(...through);
  }
  // Servers on stdio speak until they end.
  await gateway.end();
  for (const { variant, recording, teeFile } of ways) {
    if (teeFile !== null) await recording.load(teeFile);
    const wire = checkWire(variant.name, [recording.messages], "fixture");
    print(wire);
    sections.push(wire);
    if (options.keep !== undefined)
      await recording.save(join(directory, variant.name, "wire.jsonl"));
  }
  return sections;
};

/** The gateway as the client of the suite's servers. */
const clientSuites = async (directory: string): Promise<Section[]> => {
  const sections: Section[] = [];
  for (const name of CLIENT_SUITES) {
    const { section, recordings } = await runClientSuite(name, directory);
    const wire = checkWire(section.title, recordings, "suite");
    sections.push(section, wire);
    print(section);
    print(wire);
  }
  return sections;
};

/** The gateway signs in at the suite's servers. */
const authSuites = async (directory: string): Promise<Section[]> => {
  const sections: Section[] = [];
  const wanted = { short: options.short, holding: options.scenario };
  for (const run of AUTH_RUNS) {
    const { section, recordings } = await runAuthSuite(run, wanted, directory);
    if (recordings.length === 0) continue;
    const wire = checkWire(section.title, recordings, "suite");
    sections.push(section, wire);
    print(section);
    print(wire);
  }
  if (sections.length === 0) throw new Error(`no scenario holds ${options.scenario.join(", ")}`);
  return sections;
};

const all = async (): Promise<Section[]> => {
  await ensureInstalled(CONFORMANCE_DIRECTORY);
  const directory = await workDirectory();
  const variants = VARIANTS.filter(({ name }) => isChosen(name));
  if (isChosen(CLIENT) || isChosen(AUTH)) await bundleDriver();
  return [
    ...(variants.length > 0 ? await serverSuites(variants, directory) : []),
    ...(isChosen(CLIENT) ? await clientSuites(directory) : []),
    ...(isChosen(AUTH) ? await authSuites(directory) : []),
  ];
};

endOnSignals();
const started = Date.now();
try {
  const sections = await all();
  const failed = sections.filter(({ faults }) => faults.length > 0);
  console.log("\nsummary");
  for (const { title, summary, faults } of sections) {
    console.log(`${faults.length === 0 ? "  ok  " : "FAILED"} ${title}: ${summary}`);
  }
  console.log(`${Math.round((Date.now() - started) / 1000)} s`);
  if (options.json !== undefined) await writeFile(options.json, JSON.stringify(sections, null, 2));
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  await endAll();
}
