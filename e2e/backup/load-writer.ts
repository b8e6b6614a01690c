/**
 * Writes to a database as fast as it is told, in transactions of which each keeps what
 * `load-invariant.ts` asks for, and says of each that it is committed: the number on one line.
 */
import { setTimeout } from "node:timers/promises";
import { configurationFile, openFile } from "@local-mcp/database";
import { ACCOUNTS, prepare } from "./load-invariant.ts";

const [path = "", perSecond = "500"] = process.argv.slice(2);
const TICK_MS = 10;
const connection = openFile(path, configurationFile, {});
prepare(connection);

const pay = connection.prepare("UPDATE settings SET value = value - @amount WHERE key = @from");
const receive = connection.prepare(
  "UPDATE resources SET text_content = text_content + @amount, updated_at = @count WHERE id = @to",
);
const count = connection.prepare("UPDATE settings SET value = @count WHERE key = 'count'");
const countAgain = connection.prepare("UPDATE prompts SET template = @count WHERE id = 'count'");
const log = connection.prepare(
  "INSERT INTO audit_log (created_at, actor, actor_name, action, outcome) VALUES (@count, 'gateway', 'load', @action, 'ok')",
);
const transact = connection.transaction((number: number) => {
  const [from, to] = [number % ACCOUNTS, (number * 7) % ACCOUNTS];
  const amount = 1 + (number % 97);
  const action = "x".repeat(number % 400);
  const values = { from: `load-${from}`, to: `load-${to}`, amount, count: number, action };
  for (const statement of [pay, receive, count, countAgain, log]) {
    const { changes } = statement.run(values);
    if (changes !== 1) throw new Error("a row to write is not there");
  }
});

let number = 0;
const began = performance.now();
for (;;) {
  const due = ((performance.now() - began) / 1000) * Number(perSecond);
  while (number < due) {
    number += 1;
    transact.immediate(number);
    process.stdout.write(`${number}\n`);
  }
  await setTimeout(TICK_MS);
}
