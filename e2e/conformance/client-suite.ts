import { join } from "node:path";
import type { Recorded } from "../wire/record.ts";
import { passes } from "./checks.ts";
import {
  describeFailures,
  networkNote,
  runClientScenario,
  type ClientOutcome,
} from "./client-scenario.ts";
import { isAboutSignIn } from "./person.ts";
import type { Section } from "./section.ts";
import { requiredScenarios, SUITES, type SuiteName } from "./suites.ts";

/** Not required, but they test what a gateway has to carry. */
const ALSO: Record<string, string[]> = {
  "2025-11-25": ["json-schema-2020-12-preservation"],
  "2026-07-28": ["json-schema-2020-12-preservation"],
};

/** The scenarios of a client suite but those of sign-in, which `auth-suite.ts` runs. */
export const runClientSuite = async (
  revision: SuiteName,
  directory: string,
): Promise<{ section: Section; recordings: Recorded[][] }> => {
  const suite = SUITES[revision];
  const listed = await requiredScenarios(suite, "client");
  const required = listed.filter((name) => !isAboutSignIn(name));
  const results: { name: string; outcome: ClientOutcome }[] = [];
  for (const name of [...required, ...(ALSO[revision] ?? [])]) {
    const own = join(directory, "client", revision, name);
    const outcome = await runClientScenario({ suite, name, revision, directory: own });
    results.push({ name, outcome });
  }
  const passed = results.filter(({ outcome }) => passes(outcome.checks));
  const passedRequired = passed.filter(({ name }) => required.includes(name));
  return {
    recordings: results.map(({ outcome }) => outcome.recorded),
    section: {
      title: `client · ${suite.title}`,
      rows: [],
      summary: [
        `${passedRequired.length}/${required.length} required scenarios`,
        `${passed.length}/${results.length} in all`,
        `${listed.length - required.length} of sign-in are in auth`,
        ...networkNote,
      ].join(", "),
      faults: results
        .filter((result) => !passed.includes(result))
        .map(({ name, outcome }) => describeFailures(name, outcome)),
    },
  };
};
