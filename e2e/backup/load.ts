/**
 * Backups are made one after another while another process writes 500 transactions a second, and
 * each restores to a state of one instant that is not older than what was committed before it began:
 * `node e2e/backup/load.ts [--short]`, ten minutes or a quarter of one.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createBackupWorker } from "@local-mcp/backup";
import { closeFile, configurationFile, openFile } from "@local-mcp/database";
import { table } from "../../bench/stats.ts";
import { atEnd, endAll, endOnSignals } from "../conformance/closing.ts";
import { checkInvariant } from "./load-invariant.ts";
import { optionsOf } from "../../scripts/options.ts";

const { values: options } = optionsOf({ options: { short: { type: "boolean", default: false } } });
const SECONDS = options.short ? 15 : 600;
const PER_SECOND = 500;
const PASSPHRASE = "a passphrase of a test";
/** Deriving a key from a passphrase takes longer than all else: of so many backups one has one. */
const ENCRYPTED_EVERY = 4;
/** With fewer nothing was shown. */
const NEEDED = { backups: 5, transactions: 2000 };

const root = mkdtempSync(join(tmpdir(), "backup-load-"));
atEnd(async () => rmSync(root, { recursive: true, force: true }));
const database = join(root, "local-mcp-gateway.db");

/** The last transaction that is known to be committed. */
let committed = 0;
/** When each was known to be, ms since 1970; since the last backup. */
let known: { committed: number; at: number }[] = [];

async function startWriter(): Promise<ChildProcess> {
  closeFile(openFile(database, configurationFile, {}));
  const script = join(import.meta.dirname, "load-writer.ts");
  const writer = spawn(process.execPath, [script, database, String(PER_SECOND)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  atEnd(async () => {
    if (writer.exitCode === null && writer.kill("SIGKILL")) await once(writer, "exit");
  });
  const lines = createInterface({ input: writer.stdout });
  lines.on("line", (line) => {
    committed = Number(line);
    known.push({ committed, at: Date.now() });
  });
  await once(lines, "line");
  return writer;
}

const worker = createBackupWorker();
atEnd(() => worker.close());

/** @returns how many transactions were committed while it was made */
async function backUp(number: number): Promise<number> {
  const passphrase = number % ENCRYPTED_EVERY === 0 ? PASSPHRASE : null;
  const file = join(root, `backup-${number}`);
  const before = committed;
  known = [];
  const { contents } = await worker.create(
    {
      database,
      target: file,
      passphrase,
      slot: null,
      parts: [],
      version: "load",
      machine: "load",
      missing: [],
    },
    {},
  );
  const meanwhile = committed - before;
  const directory = join(root, "restore", `stage-${number}`);
  const stage = { file, name: file, passphrase, directory, databaseName: "restored.db" };
  const staged = await worker.stage({ ...stage, maxBytes: 2 ** 34 }, {});
  const connection = openFile(staged.database, configurationFile, {});
  try {
    const holds = checkInvariant(connection);
    // What was known to be committed when its instant was chosen is in it.
    const last = known.findLast(({ at }) => at < contents.createdAt)?.committed ?? before;
    if (holds < last) throw new Error(`it holds ${holds} of ${last} transactions`);
    return meanwhile;
  } finally {
    closeFile(connection);
    rmSync(directory, { recursive: true });
    rmSync(file);
  }
}

endOnSignals();
try {
  const writer = await startWriter();
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const faults: string[] = [];
  let backups = 0;
  let meanwhile = 0;
  while (seconds() < SECONDS || backups < NEEDED.backups || committed < NEEDED.transactions) {
    if (writer.exitCode !== null) throw new Error("the writer has ended");
    backups += 1;
    try {
      meanwhile += await backUp(backups);
    } catch (error) {
      faults.push(`backup ${backups}: ${String(error)}`);
      if (faults.length > 5) break;
    }
  }
  console.log(
    table([
      ["backups", "faults", "transactions", "a second", "while one was made", "seconds"],
      [
        backups,
        faults.length,
        committed,
        Math.round(committed / seconds()),
        meanwhile,
        Math.round(seconds()),
      ].map(String),
    ]),
  );
  for (const fault of faults) console.log(`! ${fault}`);
  console.log(faults.length === 0 ? "each held a state of one instant" : "not of one instant");
  process.exitCode = faults.length === 0 && meanwhile > 0 ? 0 : 1;
} finally {
  await endAll();
}
