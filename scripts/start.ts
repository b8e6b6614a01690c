/** `npm start`: builds the command line and serves. */
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { build } from "rolldown";
import options from "../rolldown.config.ts";

await build({ ...options, logLevel: "silent" });
const cli = resolve("out/cli/index.mjs");

// npm does not pass a SIGTERM on to what it runs, and nobody should be left with a gateway that
// they have stopped.
const startedBy = process.ppid;
const watch = setInterval(() => {
  if (process.ppid === startedBy) return;
  clearInterval(watch);
  process.kill(process.pid, "SIGTERM");
}, 1000);
watch.unref();

process.argv = [process.execPath, cli, "serve", ...process.argv.slice(2)];
await import(pathToFileURL(cli).href);
