import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { z } from "zod";

/** One verdict of a suite. */
export interface Check {
  /** Unique in its scenario: a repeated id has `#2`, `#3`… behind it. */
  id: string;
  status: string;
  /** What is wrong; of a check that succeeded what was looked for. */
  message: string;
}

/** What a suite found, by scenario. */
export type Run = Map<string, Check[]>;

const checksSchema = z.array(
  z.looseObject({
    id: z.string(),
    status: z.string(),
    description: z.string().default(""),
    errorMessage: z.string().optional(),
  }),
);

/** The runner writes `server-NAME-TIME/checks.json`, the client side `NAME-TIME/checks.json`. */
const FOLDER = /^(.+)-\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}-\d{3}Z$/;

/**
 * Reads the results of one run. A scenario that threw leaves its folder without a file: it gets
 * the failed check `scenario-crashed`. Checks of status INFO only report traffic and are left out.
 */
export const readRun = async (directory: string): Promise<Run> => {
  const run: Run = new Map();
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = FOLDER.exec(relative(directory, path).split(sep).join("/"))?.[1];
    if (name === undefined) continue;
    run.set(name.replace(/^server-/, ""), await readChecks(join(path, "checks.json")));
  }
  return run;
};

const readChecks = async (path: string): Promise<Check[]> => {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) {
    const message = `the scenario threw; see output.txt beside ${dirname(path)}`;
    return [{ id: "scenario-crashed", status: "FAILURE", message }];
  }
  const seen = new Map<string, number>();
  return checksSchema
    .parse(JSON.parse(text))
    .filter(({ status }) => status !== "INFO")
    .map(({ id, status, description, errorMessage }) => {
      const times = (seen.get(id) ?? 0) + 1;
      seen.set(id, times);
      return {
        id: times === 1 ? id : `${id}#${times}`,
        status,
        message: errorMessage ?? description,
      };
    });
};

/** All checks of a run with this status. */
export const count = (run: Run, status: string): number =>
  [...run.values()].flat().filter((check) => check.status === status).length;

/** A scenario passes when nothing in it fails and something in it succeeds. */
export const passes = (checks: Check[] | undefined): boolean =>
  checks !== undefined &&
  checks.some(({ status }) => status === "SUCCESS") &&
  checks.every(({ status }) => status !== "FAILURE");
