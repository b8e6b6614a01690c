/**
 * A small protocol that replaces a file, for the test of what watches over protocols:
 * `node toy.ts DIRECTORY [LEFT_OUT]`. With `file` or `directory` it leaves out that sync.
 */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

const [directory = "", leftOut] = process.argv.slice(2);
const staged = join(directory, "state.tmp");
const file = openSync(staged, "w", 0o600);
writeSync(file, "the new ");
closeSync(file);
// The other way into the system, by another thread.
const again = await open(staged, "a");
await again.writeFile("state");
if (leftOut !== "file") await again.sync();
await again.close();
renameSync(staged, join(directory, "state"));
const above = openSync(directory, "r");
if (leftOut !== "directory") fsyncSync(above);
closeSync(above);
writeSync(1, "done\n");
