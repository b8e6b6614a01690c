/**
 * Carries out one operation of the product on a data directory, and says what was acknowledged:
 * `node operation.ts DIRECTORY OPERATION`. Whoever started it may end it at any moment.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { jobDone } from "./job.ts";
import { environmentOf, PASSPHRASE } from "./stage.ts";
import { DATABASE, stateOf } from "./state.ts";
import type { Word } from "./words.ts";

const [directory = "", operation = ""] = process.argv.slice(2);
const database = join(directory, DATABASE);

const say = (word: Word): void => {
  writeSync(1, `${JSON.stringify(word)}\n`);
};
const sayState = (): void => say({ what: "state", ...stateOf(database) });

/** @throws what is not meant for a person, and ends the program */
function knownCode(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "internal";
  // Those of the API are in capitals, those of the system as well.
  if (code.toLowerCase() === "internal" || /^E[A-Z]+$/.test(code)) throw error;
  return code.toLowerCase();
}

const OPERATIONS: Record<string, (gateway: Gateway) => Promise<void>> = {
  async create({ api }) {
    const { id } = await api.backups.create({ passphrase: PASSPHRASE });
    const bytes = readFileSync(join(directory, "backups", id));
    say({ what: "made", id, sha256: createHash("sha256").update(bytes).digest("hex") });
  },
  async restore(gateway) {
    const { backups } = await gateway.api.backups.list({});
    await gateway.api.backups.restore({ backup: backups[0]?.id ?? "", passphrase: PASSPHRASE });
    await jobDone(gateway);
  },
  /** Another program reads the database meanwhile, and so its log stays where it is. */
  async restoreBesideReader(gateway) {
    const reader = new Database(database, { readonly: true });
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM settings").get();
    await OPERATIONS["restore"]?.(gateway);
    reader.close();
  },
  async undo(gateway) {
    await gateway.api.backups.undo({});
    await jobDone(gateway);
  },
  /** A start alone, which goes on with what was interrupted. */
  start: async () => {},
};

const gateway = await createGateway({
  dataDir: directory,
  kind: "cli",
  env: environmentOf(directory),
  log: (line) => process.stderr.write(`${line}\n`),
});
sayState();
await gateway.api.tokens.create({ name: `before ${operation}` });
sayState();
try {
  await OPERATIONS[operation]?.(gateway);
} catch (error) {
  say({ what: "failed", code: knownCode(error) });
}
sayState();
await gateway.api.tokens.create({ name: `after ${operation}` });
sayState();
await gateway.close();
