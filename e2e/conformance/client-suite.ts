import { spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readRecorded, type Recorded } from "../wire/record.ts";
import { passes, readRun, type Check } from "./checks.ts";
import type { Section } from "./section.ts";
import { requiredScenarios, runSuite, suiteEntry, SUITES, type SuiteName } from "./suites.ts";

const DRIVER = fileURLToPath(new URL("client-driver.ts", import.meta.url));

/** Scenarios of sign-in: the gateway has none yet. */
const SIGN_IN = "auth/";
/** Not required, but they test what a gateway has to carry. */
const ALSO: Record<string, string[]> = {
  "2025-11-25": ["json-schema-2020-12-preservation"],
  "2026-07-28": ["json-schema-2020-12-preservation"],
};

/** The suite's servers listen on all interfaces; where the system can, they get a network of their own. */
const alone = (): string[] => {
  const { status } = spawnSync("unshare", ["-n", "ip", "link", "set", "lo", "up"]);
  return status === 0 ? ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"] : [];
};

export const runClientSuite = async (
  name: SuiteName,
  directory: string,
): Promise<{ section: Section; recordings: Recorded[][] }> => {
  const suite = SUITES[name];
  const listed = await requiredScenarios(suite, "client");
  const required = listed.filter((scenario) => !scenario.startsWith(SIGN_IN));
  const network = alone();
  const recordings: Recorded[][] = [];
  const results: { scenario: string; checks: Check[]; isRequired: boolean }[] = [];
  for (const scenario of [...required, ...(ALSO[name] ?? [])]) {
    const { checks, recorded } = await runScenario(name, scenario, network, directory);
    recordings.push(recorded);
    results.push({ scenario, checks, isRequired: required.includes(scenario) });
  }
  const passed = results.filter(({ checks }) => passes(checks));
  const passedRequired = passed.filter(({ isRequired }) => isRequired);
  const leftOut = listed.length - required.length;
  return {
    recordings,
    section: {
      title: `client · ${suite.title}`,
      rows: [],
      summary: [
        `${passedRequired.length}/${required.length} required scenarios`,
        `${passed.length}/${results.length} in all`,
        `${leftOut} of sign-in left out`,
        ...(network.length === 0 ? ["on all interfaces: no network namespace here"] : []),
      ].join(", "),
      faults: results
        .filter(({ checks }) => !passes(checks))
        .map(({ scenario, checks }) => describe(scenario, checks)),
    },
  };
};

const runScenario = async (
  revision: SuiteName,
  scenario: string,
  network: string[],
  directory: string,
): Promise<{ checks: Check[]; recorded: Recorded[] }> => {
  const results = join(directory, "client", revision, scenario);
  await mkdir(results, { recursive: true });
  const wire = join(results, "wire.jsonl");
  const args = ["client", "--command", `${process.execPath} ${DRIVER}`, "--scenario", scenario];
  await runSuite(
    [
      ...network,
      process.execPath,
      suiteEntry(SUITES[revision]),
      ...args,
      "--spec-version",
      revision,
    ],
    results,
    { ...process.env, CONFORMANCE_WIRE: wire },
  );
  const checks = (await readRun(results)).get(scenario) ?? [];
  // Without a file the driver did not come to its end, which the checks say.
  return { checks, recorded: await readRecorded(wire).catch(() => []) };
};

const describe = (scenario: string, checks: Check[]): string => {
  const failed = checks.filter(({ status }) => status === "FAILURE");
  const reasons = failed.map(({ id, message }) => (message ? `${id}: ${message}` : id));
  return `${scenario}: ${reasons.join("; ") || "nothing was checked"}`;
};
