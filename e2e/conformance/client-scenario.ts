import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleFile } from "../bundle.ts";
import { readRecorded, type Recorded } from "../wire/record.ts";
import { readRun, type Check } from "./checks.ts";
import { runSuite, suiteEntry, type Suite } from "./suites.ts";

const DRIVER = fileURLToPath(new URL("../../out/conformance/client-driver.mjs", import.meta.url));

/** One bundle of the driver, which starts in a third of the time; made before anything is run. */
export const bundleDriver = (): Promise<void> =>
  bundleFile(fileURLToPath(new URL("client-driver.ts", import.meta.url)), DRIVER);

/** One scenario of a client suite, for one revision of MCP. */
export interface ClientScenario {
  suite: Pick<Suite, "package">;
  name: string;
  /** Null where the suite knows no revisions. */
  revision: string | null;
  /** A folder of its own for what is written. */
  directory: string;
}

export interface ClientOutcome {
  checks: Check[];
  /**
   * Whether the suite itself calls it passed: warnings and the end of the client count too. Where it
   * lets a client fail, the driver has to come to its end all the same.
   */
  accepted: boolean;
  recorded: Recorded[];
}

/** The suite's servers listen on all interfaces; where the system can, they get a network of their own. */
const alone = (): string[] => {
  const { status } = spawnSync("unshare", ["-n", "ip", "link", "set", "lo", "up"]);
  return status === 0 ? ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"] : [];
};
const network = alone();

/** For a summary, where the suite's servers can be reached from elsewhere. */
export const networkNote: string[] =
  network.length === 0 ? ["on all interfaces: no network namespace here"] : [];

/** Runs one scenario against a gateway of its own. */
export const runClientScenario = async (scenario: ClientScenario): Promise<ClientOutcome> => {
  const { suite, name, revision, directory } = scenario;
  await mkdir(directory, { recursive: true });
  const wire = join(directory, "wire.jsonl");
  const args = ["client", "--command", `${process.execPath} ${DRIVER}`, "--scenario", name];
  // Extensions belong to no revision and are skipped without --force.
  if (revision !== null) args.push("--spec-version", revision, "--force");
  const code = await runSuite(
    [...network, process.execPath, suiteEntry(suite), ...args],
    directory,
    { ...process.env, CONFORMANCE_WIRE: wire },
  );
  const ended = existsSync(wire);
  return {
    checks: (await readRun(directory)).get(name) ?? [],
    accepted: ended && code === 0,
    recorded: ended ? await readRecorded(wire) : [],
  };
};

/** What is wrong with a scenario, in one line. */
export const describeFailures = (name: string, { checks, accepted }: ClientOutcome): string => {
  const failed = checks.filter(({ status }) => status === "FAILURE" || status === "WARNING");
  const reasons = failed.map(({ id, message }) => (message ? `${id}: ${message}` : id));
  const without = accepted ? "nothing was checked" : "the client did not come to a good end";
  return `${name}: ${reasons.join("; ") || without}`;
};
