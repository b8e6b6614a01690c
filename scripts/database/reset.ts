/**
 * `npm run db:reset -- [--data-dir DIR] [--yes]`: removes the databases of a data directory, found
 * by the same rule as the gateway finds them. Backups, logs and `.env` stay.
 */
import { existsSync, rmSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { type ExitCode, GatewayError } from "@local-mcp/contract";
import { lockDataDirectory, type Paths, resolvePaths } from "@local-mcp/database";

const exit = (code: ExitCode, ...lines: string[]): void => {
  for (const line of lines) console.error(line);
  process.exitCode = code;
};

const confirm = async (files: string[]): Promise<boolean> => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(
      `Servers, profiles, tokens and secrets in\n${files.map((file) => `  ${file}\n`).join("")}will be gone. Remove them? [y/N] `,
    );
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
};

const reset = async (paths: Paths, yes: boolean): Promise<void> => {
  const files = [paths.database, paths.traffic]
    .flatMap((file) => [file, `${file}-wal`, `${file}-shm`])
    .filter((file) => existsSync(file));
  if (files.length === 0) {
    console.log(`There is no database in ${paths.dataDir}; nothing was removed.`);
    return;
  }
  // Held while the files go, so that no gateway starts on half of them.
  const lock = lockDataDirectory(paths, { kind: "db:reset" });
  try {
    if (!yes && !process.stdin.isTTY) {
      exit(2, `${files.length} files would be removed from ${paths.dataDir}.`, "Add --yes.");
      return;
    }
    if (!yes && !(await confirm(files))) {
      exit(130, "Nothing was removed.");
      return;
    }
    for (const file of files) {
      rmSync(file);
      console.log(`Removed ${file}`);
    }
    console.log("The next start makes an empty database.");
  } finally {
    lock.release();
  }
};

try {
  const { values } = parseArgs({
    options: { "data-dir": { type: "string" }, yes: { type: "boolean", default: false } },
  });
  await reset(resolvePaths({ dataDir: values["data-dir"] }), values.yes);
} catch (error) {
  if (error instanceof GatewayError) exit(error.exit, error.message, error.wayOut);
  else exit(2, error instanceof Error ? error.message : String(error));
}
