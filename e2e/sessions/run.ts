/**
 * `npm run test:sessions [-- --full]`: the rules of a session store, tried on all five. With `--full`
 * also: processes that are killed again and again in the middle of writing, and a million sign-ins
 * in each store (ten thousand in a file).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { killWriters } from "./kill-writers.ts";
import { startEngine } from "./engine.ts";
import { fillStore } from "./many.ts";
import { countOf, optionsOf } from "../../scripts/options.ts";

const KILLS = 50;
const MILLION = 1_000_000;
const MOST_IN_A_FILE = 10_000;

const { values } = optionsOf({
  options: {
    full: { type: "boolean", default: false },
    /** How many kills and how many sign-ins, for a shorter full run. */
    kills: { type: "string", default: String(KILLS) },
    keys: { type: "string", default: String(MILLION) },
  },
});
const kills = countOf("kills", values.kills);
const keys = countOf("keys", values.keys);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const ROOT = join(import.meta.dirname, "../..");
const suite = spawn(
  join(ROOT, "node_modules/.bin/vitest"),
  ["run", "--project", "unit", "packages/sessions/src"],
  { cwd: ROOT, stdio: "inherit" },
);
const [code] = await once(suite, "exit");
process.exitCode = code === 0 ? 0 : 1;

if (values.full && code === 0) {
  for (const type of ["file", "sqlite", "redis", "postgres"] as const) {
    const engine = await startEngine(type, true);
    const { faults, writes } = await killWriters(engine.choice, kills);
    await engine.stop();
    print(`${type}: ${kills} times two writers killed, ${writes} writes acknowledged`);
    for (const fault of faults) print(`  ${fault}`);
    if (faults.length > 0) process.exitCode = 1;
  }
  for (const type of ["memory", "file", "sqlite", "redis", "postgres"] as const) {
    print(await fillStore(type, type === "file" ? Math.min(keys, MOST_IN_A_FILE) : keys));
  }
}
