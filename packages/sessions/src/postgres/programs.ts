import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { GatewayError } from "@local-mcp/contract";

/** Where Debian has the programs of each version. */
const DEBIAN = "/usr/lib/postgresql";

/** What of the environment such a program needs; the rest is not its business. */
const NEEDED = ["PATH", "HOME", "SYSTEMROOT", "APPDATA", "PGPASSFILE", "PGSERVICEFILE"];

/** Longest that a program's words are in a sentence. */
const MAX_WORDS = 300;

const debianDirectories = (): string[] =>
  existsSync(DEBIAN)
    ? readdirSync(DEBIAN)
        .toSorted((a, b) => Number(b) - Number(a))
        .map((version) => join(DEBIAN, version, "bin"))
    : [];

/**
 * A program of PostgreSQL: what PATH finds, else the newest that Debian has.
 * @throws GatewayError postgres_program_missing
 */
const find = (program: string): string => {
  const directories = [
    ...(process.env["PATH"] ?? "").split(delimiter).filter((directory) => directory !== ""),
    ...debianDirectories(),
  ];
  const file = process.platform === "win32" ? `${program}.exe` : program;
  const found = directories.map((directory) => join(directory, file)).find(existsSync);
  if (found === undefined) throw new GatewayError("postgres_program_missing", { program });
  return found;
};

export interface RunOptions {
  /** PG… variables: where the database is. */
  environment: Record<string, string>;
  /** Where its output goes: an open file. Without one it is returned. */
  output?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Runs `pg_dump` or `pg_restore`. What they say is told in one line: the lines after it may quote
 * what is stored.
 *
 * @returns what it printed
 * @throws GatewayError postgres_program_missing, postgres_program_failed, request_cancelled
 */
export const runProgram = async (
  program: string,
  args: string[],
  { environment, output, signal }: RunOptions,
): Promise<string> => {
  const kept = NEEDED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  const child = spawn(find(program), args, {
    // Its messages are looked at, so they have to be those of one language.
    env: { ...Object.fromEntries(kept), ...environment, LC_ALL: "C" },
    stdio: ["ignore", output ?? "pipe", "pipe"],
    ...(signal && { signal }),
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  const [code, said, printed] = await Promise.all([
    ended.catch((error: unknown) => {
      if (signal?.aborted === true) throw new GatewayError("request_cancelled");
      throw error;
    }),
    child.stderr ? text(child.stderr) : "",
    child.stdout ? text(child.stdout) : "",
  ]);
  if (code !== 0) throw failure(program, said);
  return printed;
};

/** https://www.postgresql.org/docs/current/app-pgdump.html, “Notes” */
const failure = (program: string, said: string): GatewayError => {
  const reasonOf = (words: string): string =>
    words.replaceAll(/\s+/g, " ").trim().slice(0, MAX_WORDS);
  const versions = /server version: (\S+).*; \S+ version: (\S+)/.exec(said);
  if (versions) {
    return new GatewayError("postgres_program_failed", {
      program,
      reason: `it is of version ${versions[2]}, and the server of the newer ${versions[1]}.`,
      action: "Install the programs of the server's version, and put them first in PATH.",
    });
  }
  if (/unsupported version \(\S+\) in file header/.test(said)) {
    return new GatewayError("postgres_program_failed", {
      program,
      reason: "the file was made by a newer version of pg_dump.",
      action: "Install the programs of that version, and put them first in PATH.",
    });
  }
  const [line = "it gave no reason."] = said.split("\n").filter((each) => each.includes("error:"));
  return new GatewayError("postgres_program_failed", {
    program,
    reason: reasonOf(line.replace(/^.*?error:/, "")),
    action: "Nothing was changed. Correct that, and run the same command again.",
  });
};
