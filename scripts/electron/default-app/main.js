// What Electron runs when it holds no app of its own: the folder named on the command line, as
// Electron's own default app does, with `-r FILE` before it for a script that goes first.
// https://www.electronjs.org/docs/latest/tutorial/tutorial-first-app
import { app } from "electron";
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

let args = process.argv.slice(1);
if (args[0] === "-r") {
  createRequire(import.meta.url)(resolve(args[1]));
  args = args.slice(2);
}

const named = args.find((argument) => !argument.startsWith("-"));
if (named === undefined) {
  process.stderr.write("Usage: electron [-r FILE] FOLDER\n");
  app.exit(2);
} else {
  Object.defineProperty(process, "defaultApp", { value: true, enumerable: true });
  const path = resolve(named);
  if (statSync(path).isDirectory()) {
    const about = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    app.setVersion(about.version ?? "0.0.0");
    app.setName(about.productName ?? about.name ?? "Electron");
    app.setAppPath(path);
    await import(pathToFileURL(join(path, about.main ?? "index.js")).href);
  } else {
    app.setAppPath(dirname(path));
    await import(pathToFileURL(path).href);
  }
}
