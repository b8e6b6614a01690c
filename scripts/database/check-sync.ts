/**
 * Our own code uses synchronous transactions: an asynchronous one makes every synchronous query in
 * the process throw `database_busy` while it is open. oxlint has no rule for it.
 */
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ASYNC_TRANSACTION = /\.transaction\(\s*async\b/g;

/** The handle itself; and PostgreSQL, another process, whose transactions are of a connection. */
const NOT_OURS = ["packages/database", "packages/sessions/src/postgres"];

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = globSync(["packages/*/src/**/*.{ts,tsx}", "src/**/*.{ts,tsx}"], {
  cwd: root,
  exclude: (path) => path.endsWith(".test.ts") || NOT_OURS.includes(path),
});

let faults = 0;
for (const file of files) {
  const text = readFileSync(`${root}/${file}`, "utf8");
  for (const { index } of text.matchAll(ASYNC_TRANSACTION)) {
    faults += 1;
    const line = text.slice(0, index).split("\n").length;
    console.error(`${file}:${line}: a transaction in our own code is synchronous.`);
  }
}
if (faults > 0) process.exitCode = 1;
