import {
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
 * `await builder` calls `builder.execute()`. Drizzle's delete builder passes that on to the
 * prepared query's `execute()`; the others call its `all()`, `get()` or `run()`, exactly as
 * `builder.all()` does, so that a prepared query cannot tell who waits and who does not. Here they
 * all take the way of delete, which changes nothing for other databases.
 */
const throughPreparedQuery = async function (this: { _prepare(): AnyPrepared }): Promise<unknown> {
  return await this._prepare().execute();
};

for (const { prototype } of [
  SQLiteSelectBase,
  SQLiteInsertBase,
  SQLiteUpdateBase,
  SQLiteRelationalQuery,
]) {
  Object.defineProperty(prototype, "execute", {
    value: throughPreparedQuery,
    configurable: true,
    writable: true,
  });
}
