/**
 * Makes one change to the vault of a data directory, and says when it begins and when it is done:
 * `node change.ts DIRECTORY CHANGE KEYS`. Whoever started it may kill it at any moment.
 */
import { writeSync } from "node:fs";
import { CHANGES } from "./changes.ts";
import { keysSchema, openDirectory } from "./stage.ts";

const [directory = "", name, keys = "null"] = process.argv.slice(2);
const change = CHANGES.find((one) => one.name === name);
if (!change) throw new Error(`there is no change “${name}”`);
const opened = openDirectory(directory);
writeSync(1, "begun\n");
await change.run(opened, keysSchema.parse(JSON.parse(keys)));
if (opened.failures.length > 0) throw new Error(opened.failures.join("\n"));
writeSync(1, "done\n");
opened.db.close();
