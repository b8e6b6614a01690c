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

/** Counts what a method does: a step before it, and one after it. */
function count(target: object, method: string): void {
  const original: unknown = Reflect.get(target, method);
  if (typeof original !== "function") throw new Error(`there is no ${method}`);
  Object.defineProperty(target, method, {
    value(this: unknown, ...values: unknown[]): unknown {
      step();
      const result: unknown = Reflect.apply(original, this, values);
      step();
      return result;
    },
  });
}

// Each statement has its methods from one prototype, and a commit is executed as text.
const memory = new Database(":memory:");
const statements: unknown = Object.getPrototypeOf(memory.prepare("SELECT 1"));
if (typeof statements !== "object" || statements === null) throw new Error("no prototype");
for (const method of ["run", "get", "all"]) count(statements, method);
count(Database.prototype, "exec");
memory.close();

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
