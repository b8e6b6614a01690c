import {
  SQLiteDeleteBase,
  SQLiteInsertBase,
  type SQLitePreparedQuery,
  SQLiteSelectBase,
  SQLiteUpdateBase,
} from "drizzle-orm/sqlite-core";
import { SQLiteRelationalQuery } from "drizzle-orm/sqlite-core/query-builders/query";

type AnyPrepared = SQLitePreparedQuery<{
  type: "sync";
  run: unknown;
  all: unknown;
  get: unknown;
  values: unknown;
  execute: unknown;
}>;

/**
 * `await builder` calls `builder.execute()`, which in drizzle calls the prepared query's `all()`,
 * `get()` or `run()`, exactly as `builder.all()` does: a prepared query cannot tell who waits and
 * who does not. Here it calls the prepared query's `execute()`, which for other databases is the
 * same. `then()` makes that happen now, so that queries run in the order in which they were given.
 */
const throughPreparedQuery = async function (this: { _prepare(): AnyPrepared }): Promise<unknown> {
  return this._prepare()
    .execute()
    .then((result) => result);
};

for (const { prototype } of [
  SQLiteSelectBase,
  SQLiteInsertBase,
  SQLiteUpdateBase,
  SQLiteDeleteBase,
  SQLiteRelationalQuery,
]) {
  Object.defineProperty(prototype, "execute", {
    value: throughPreparedQuery,
    configurable: true,
    writable: true,
  });
}
