import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, closeSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readRun, type Run } from "./checks.ts";

export const CONFORMANCE_DIRECTORY = fileURLToPath(new URL(".", import.meta.url));

export const SUITE_NAMES = ["0.1.16", "2025-11-25", "2026-07-28"] as const;
export type SuiteName = (typeof SUITE_NAMES)[number];

/** A run of one released suite, for one revision of MCP. */
export interface Suite {
  name: SuiteName;
  title: string;
  /** Its alias in package.json. */
  package: string;
  /** What `server` and, where the suite has it, `client` take. */
  args: string[];
  /** What the fixture scores when it is asked directly. */
  score: {
    unit: "checks" | "required scenarios";
    count: number;
    /** Scenarios that do not count. */
    without?: string[];
  };
}

/** How long one scenario may take, ms; the suite's own default lets a hung gateway cost minutes. */
const SCENARIO_MS = 10_000;
/** How long a whole suite may take, ms. It takes about three seconds. */
const SUITE_MS = 120_000;

const requirements = (revision: SuiteName): string[] => ["--requirements", revision];

export const SUITES: Record<SuiteName, Suite> = {
  "0.1.16": {
    name: "0.1.16",
    title: "suite 0.1.16",
    package: "conformance-0.1",
    args: ["--suite", "all"],
    // In this suite server-sse-polling has recommendations only; they are compared, not counted.
    score: { unit: "checks", count: 44, without: ["server-sse-polling"] },
  },
  "2025-11-25": {
    name: "2025-11-25",
    title: "suite 0.2.0-alpha.12 at 2025-11-25",
    package: "conformance-0.2",
    args: requirements("2025-11-25"),
    score: { unit: "checks", count: 84 },
  },
  "2026-07-28": {
    name: "2026-07-28",
    title: "suite 0.2.0-alpha.12 at 2026-07-28",
    package: "conformance-0.2",
    args: requirements("2026-07-28"),
    score: { unit: "required scenarios", count: 37 },
  },
};

export const suiteEntry = (suite: Pick<Suite, "package">): string =>
  join(CONFORMANCE_DIRECTORY, "node_modules", suite.package, "dist", "index.js");

/** Runs a suite against a server and reads what it wrote. Output goes to `directory`/output.txt. */
export const runServerSuite = async (
  suite: Suite,
  url: string,
  directory: string,
): Promise<Run> => {
  const limit = suite.package === "conformance-0.2" ? ["--timeout", String(SCENARIO_MS)] : [];
  const args = ["server", "--url", url, ...suite.args, ...limit];
  await runSuite([process.execPath, suiteEntry(suite), ...args], directory);
  return readRun(directory);
};

/**
 * Runs one command of a suite, whose results its checks say.
 *
 * @returns its exit code; null where it had to be killed
 */
export const runSuite = async (
  [command = "", ...args]: string[],
  directory: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number | null> => {
  await mkdir(directory, { recursive: true });
  const output = openSync(join(directory, "output.txt"), "w");
  try {
    const child = spawn(command, [...args, "-o", directory], {
      env,
      stdio: ["ignore", output, output],
      timeout: SUITE_MS,
      killSignal: "SIGKILL",
    });
    await once(child, "close");
    return child.exitCode;
  } finally {
    closeSync(output);
  }
};

/** The scenarios that a revision requires of a server or a client, as the suite itself lists them. */
export const requiredScenarios = async (
  suite: Suite,
  side: "server" | "client",
): Promise<string[]> => {
  const args = [suiteEntry(suite), "list", `--${side}`, ...suite.args];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (bytes: Buffer) => (text += bytes.toString("utf8")));
  await once(child, "close");
  return namesUnder(text, side === "server" ? "Server scenarios" : "Client scenarios");
};

/** The list items below a heading, up to the next empty line. */
const namesUnder = (text: string, heading: string): string[] => {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(heading));
  if (start === -1) throw new Error(`the suite lists no “${heading}”`);
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.trim() === "");
  return rest.slice(0, end === -1 ? undefined : end).map((line) => line.replace(/^\s*-\s*/, ""));
};
