import { join } from "node:path";
import type { Recorded } from "../wire/record.ts";
import type { Check } from "./checks.ts";
import {
  describeFailures,
  networkNote,
  runClientScenario,
  type ClientOutcome,
} from "./client-scenario.ts";
import { isAboutSignIn } from "./person.ts";
import { authTable, type AuthRow } from "./auth-table.ts";
import type { Section } from "./section.ts";
import { requiredScenarios, SUITES, type Suite } from "./suites.ts";

/** Extensions that the gateway has; no revision requires them. */
const CREDENTIALS = ["auth/client-credentials-jwt", "auth/client-credentials-basic"];
/** Servers that say nothing of their authorization server, as until 2025-03-26. */
const WITHOUT_METADATA = [
  "auth/2025-03-26-oauth-metadata-backcompat",
  "auth/2025-03-26-oauth-endpoint-fallback",
];

/** What is run for one revision. */
export interface AuthRun {
  name: string;
  title: string;
  suite: Suite;
  revision: string | null;
  /** Whether the scenarios that the revision requires are run. */
  required: boolean;
  also: string[];
  /** Of the short run: one of each kind of check. */
  short: string[];
}

export const AUTH_RUNS: AuthRun[] = [
  {
    name: "2025-03-26",
    title: "suite 0.2.0-alpha.12 at 2025-03-26",
    suite: SUITES["2025-11-25"],
    revision: "2025-03-26",
    required: false,
    also: WITHOUT_METADATA,
    short: [],
  },
  {
    name: "0.1.16",
    title: SUITES["0.1.16"].title,
    suite: SUITES["0.1.16"],
    revision: null,
    required: false,
    also: WITHOUT_METADATA,
    short: [],
  },
  {
    name: "2025-11-25",
    title: SUITES["2025-11-25"].title,
    suite: SUITES["2025-11-25"],
    revision: "2025-11-25",
    required: true,
    also: CREDENTIALS,
    short: ["auth/metadata-var2", "auth/scope-step-up", "auth/pre-registration"],
  },
  {
    name: "2026-07-28",
    title: SUITES["2026-07-28"].title,
    suite: SUITES["2026-07-28"],
    revision: "2026-07-28",
    required: true,
    also: CREDENTIALS,
    short: [
      "auth/metadata-default",
      "auth/scope-step-up",
      "auth/resource-mismatch",
      "auth/authorization-server-migration",
      "auth/iss-normalized",
      "auth/metadata-issuer-mismatch",
      "auth/client-credentials-jwt",
    ],
  },
];

/** How many scenarios run side by side; each has a suite, a gateway and a network of its own. */
const LANES = 2;

/** Which scenarios are wanted: all, the short ones, or those whose name holds one of the texts. */
export interface Wanted {
  short: boolean;
  holding: string[];
}

/** Runs the scenarios of sign-in that a revision requires, and those that show what else works. */
export const runAuthSuite = async (
  run: AuthRun,
  wanted: Wanted,
  directory: string,
): Promise<{ section: Section; recordings: Recorded[][] }> => {
  const required = run.required
    ? (await requiredScenarios(run.suite, "client")).filter(isAboutSignIn)
    : [];
  const names = [...required, ...run.also].filter((name) => isWanted(run, wanted, name));
  const outcomes = await inLanes(names, (name) =>
    runClientScenario({
      suite: run.suite,
      name,
      revision: run.revision,
      directory: join(directory, "auth", run.name, name),
    }),
  );
  const rows = names.map((name, index): AuthRow => {
    const outcome = outcomes[index];
    if (outcome === undefined) throw new Error(`${name} has no outcome`);
    return rowOf(name, outcome, required.includes(name));
  });
  return {
    recordings: outcomes.map(({ recorded }) => recorded),
    section: {
      title: `auth · ${run.title}`,
      rows: [],
      table: authTable(rows),
      summary: summarize(rows),
      faults: rows.flatMap(({ fault }) => fault ?? []),
    },
  };
};

const isWanted = ({ short }: AuthRun, wanted: Wanted, name: string): boolean =>
  (!wanted.short || short.includes(name)) &&
  (wanted.holding.length === 0 || wanted.holding.some((text) => name.includes(text)));

const count = (checks: Check[], status: string): number =>
  checks.filter((check) => check.status === status).length;

const rowOf = (name: string, outcome: ClientOutcome, isRequired: boolean): AuthRow => {
  const { checks, accepted } = outcome;
  const passed = count(checks, "SUCCESS");
  const all = passed + count(checks, "FAILURE") + count(checks, "WARNING");
  const fault = accepted && passed > 0 ? null : describeFailures(name, outcome);
  return { name, passed, checks: all, isRequired, fault };
};

const summarize = (rows: AuthRow[]): string => {
  const required = rows.filter(({ isRequired }) => isRequired);
  const good = (some: AuthRow[]) =>
    `${some.filter(({ fault }) => fault === null).length}/${some.length}`;
  return [
    ...(required.length === 0 ? [] : [`${good(required)} required scenarios`]),
    `${good(rows)} in all`,
    ...networkNote,
  ].join(", ");
};

/** Does the work for each, a few at a time; results in the order given. */
const inLanes = async <T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  const entries = items.entries();
  const lane = async () => {
    for (const [index, item] of entries) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
};
