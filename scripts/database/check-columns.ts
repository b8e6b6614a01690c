/**
 * `npm run lint:columns`: every column of both database files says what it may hold. The compiler
 * checks the same; this names the columns, and needs no compiler to have run.
 */
import * as database from "@local-mcp/database";
import { getTableColumns, is } from "drizzle-orm";
import { SQLiteCustomColumn, SQLiteTable } from "drizzle-orm/sqlite-core";

const classes = new Map(
  Object.entries(database.columnClasses).flatMap(([table, columns]) =>
    Object.entries(columns).map(([column, word]): [string, string] => [`${table}.${column}`, word]),
  ),
);

/** What a column made by json() may be: its values are parsed, so nothing in it is sealed text. */
const OF_JSON = ["json", "wrapped"];

const faults: string[] = [];
for (const [name, table] of Object.entries(database)) {
  if (!is(table, SQLiteTable)) continue;
  for (const [property, column] of Object.entries(getTableColumns(table))) {
    const place = `${name}.${property}`;
    const word = classes.get(place);
    classes.delete(place);
    if (!word) {
      faults.push(`${place} is not classified.`);
    } else if (is(column, SQLiteCustomColumn) ? !OF_JSON.includes(word) : word === "json") {
      faults.push(`${place} is classified “${word}”: only a column made by json() is “json”.`);
    }
  }
}
for (const place of classes.keys()) faults.push(`${place} is classified but is not in the schema.`);

for (const fault of faults) console.error(fault);
if (faults.length > 0) {
  console.error("Correct packages/database/src/classification.ts.");
  process.exitCode = 1;
}
