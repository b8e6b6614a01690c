import { count, passes, type Check, type Run } from "./checks.ts";
import type { Suite } from "./suites.ts";

/** One check on both sides; null where that side has not got it. */
export interface Row {
  /** `scenario:check`. */
  name: string;
  direct: Check | null;
  through: Check | null;
  /** Why the two may differ, from the burn-down list. */
  excuse: string | null;
}

export interface Comparison {
  rows: Row[];
  /** What makes the gate fail, a sentence each. */
  faults: string[];
}

interface CompareOptions {
  /** Differences that are known, with their reason; one that is no difference is a fault. */
  excused?: Record<string, string>;
  /** Scenarios that are left out by name. */
  without?: string[];
}

/** Whether both sides have the check with the same verdict. */
export const isEqual = ({ direct, through }: Row): boolean =>
  direct !== null && through !== null && direct.status === through.status;

/** Whether both sides differ for a reason that is on the burn-down list. */
export const isExcused = (row: Row): boolean => !isEqual(row) && row.excuse !== null;

/** Puts a run through the gateway beside the direct one. */
export const compare = (direct: Run, through: Run, options: CompareOptions = {}): Comparison => {
  const { excused = {}, without = [] } = options;
  const all = new Set([...direct.keys(), ...through.keys()]);
  const scenarios = [...all].filter((scenario) => !without.includes(scenario));
  const rows = scenarios.flatMap((scenario) =>
    rowsOf(scenario, direct.get(scenario), through.get(scenario), excused),
  );
  const oneSided = scenarios
    .filter((scenario) => direct.has(scenario) !== through.has(scenario))
    .map((scenario) => `${scenario} ran ${direct.has(scenario) ? "directly" : "through"} only`);
  const vacuous = [
    ...(count(direct, "SUCCESS") === 0 ? ["the direct run passed no check"] : []),
    ...(count(through, "SUCCESS") === 0 ? ["the run through the gateway passed no check"] : []),
  ];
  const differing = rows.filter((row) => !isEqual(row) && row.excuse === null).map(describe);
  return {
    rows,
    faults: [...vacuous, ...oneSided, ...differing, ...stale(rows, excused)],
  };
};

const rowsOf = (
  scenario: string,
  direct: Check[] = [],
  through: Check[] = [],
  excused: Record<string, string>,
): Row[] => {
  const find = (checks: Check[], id: string) => checks.find((check) => check.id === id) ?? null;
  const ids = new Set([...direct, ...through].map(({ id }) => id));
  return [...ids].map((id) => {
    const name = `${scenario}:${id}`;
    const excuse = excused[name] ?? null;
    return { name, direct: find(direct, id), through: find(through, id), excuse };
  });
};

const describe = ({ name, direct, through }: Row): string => {
  const side = (check: Check | null) => check?.status ?? "missing";
  const message = through?.message || direct?.message || "";
  return `${name}: ${side(direct)} directly, ${side(through)} through${message && `: ${message}`}`;
};

/** Excuses that excuse nothing: the check is equal by now, or there is no such check. */
const stale = (rows: Row[], excused: Record<string, string>): string[] => {
  const differing = new Set(rows.filter((row) => !isEqual(row)).map(({ name }) => name));
  return Object.keys(excused)
    .filter((name) => !differing.has(name))
    .map((name) => `${name} is excused but does not differ: take it off the list`);
};

export interface Score {
  passed: number;
  total: number;
}

/** What a run scores by the measure of its suite. */
export const scoreOf = (run: Run, suite: Suite, required: string[]): Score => {
  if (suite.score.unit === "required scenarios") {
    const passed = required.filter((scenario) => passes(run.get(scenario))).length;
    return { passed, total: required.length };
  }
  const { without = [] } = suite.score;
  const counted = new Map([...run].filter(([scenario]) => !without.includes(scenario)));
  const passed = count(counted, "SUCCESS");
  return { passed, total: passed + count(counted, "FAILURE") };
};

/** Why the fixture is no measure for the gateway, if it is not. */
export const fixtureFaults = (run: Run, suite: Suite, required: string[]): string[] => {
  const { passed, total } = scoreOf(run, suite, required);
  const { count: wanted, unit } = suite.score;
  if (passed === wanted && total === wanted) return [];
  return [`the fixture scores ${passed}/${total} ${unit} directly, not ${wanted}/${wanted}`];
};
