/**
 * Imports a file into a data directory, and ends itself at a step of it: `node import-program.ts
 * DIRECTORY FILE STEP`. A step is a statement that the database is given; 0 is none of them. Whoever
 * started it may end it at any other moment.
 */
import { readFileSync, writeSync } from "node:fs";
import Database from "better-sqlite3";
import { createGateway } from "@local-mcp/gateway";
import { environmentOf } from "./stage.ts";

const [directory = "", file = "", at = "0"] = process.argv.slice(2);

const say = (word: string): void => {
  writeSync(1, `${word}\n`);
};

let isCounting = false;
let steps = 0;
const step = (): void => {
  if (!isCounting) return;
  steps += 1;
  if (steps === Number(at)) process.kill(process.pid, "SIGKILL");
};

// Before a statement is what the one before it has left; a commit has two sides of its own.
for (const name of ["prepare", "exec"] as const) {
  const original = Database.prototype[name];
  Object.defineProperty(Database.prototype, name, {
    value(this: Database.Database, source: string): unknown {
      step();
      const result: unknown = Reflect.apply(original, this, [source]);
      if (name === "exec") step();
      return result;
    },
  });
}

const gateway = await createGateway({
  dataDir: directory,
  kind: "cli",
  env: environmentOf(directory),
});
const text = readFileSync(file, "utf8");
isCounting = true;
say("begun");
await gateway.api.transfer.apply({ text, name: "crash.json" });
isCounting = false;
say(`done ${steps}`);
await gateway.close();
