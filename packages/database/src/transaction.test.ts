import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import Database from "better-sqlite3";
import { eq, sql } from "drizzle-orm";
import { TransactionRollbackError } from "drizzle-orm/errors";
import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { createDb, type Queryable } from "./db.ts";
import { settings } from "./schema.ts";
import { errorOf, OtherProcess, useDb, useTempDir } from "./test-kit.ts";

// Starting Node, and waiting for the disk, take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const temp = useTempDir();
const path = () => temp("x.db");
const db = useDb(path);

const insert = (on: Queryable, key: string) => on.insert(settings).values({ key, value: 1 });
const keys = (on: Queryable): string[] =>
  on
    .select({ key: settings.key })
    .from(settings)
    .orderBy(settings.key)
    .all()
    .map(({ key }) => key);

/** A door that a transaction waits at until the test opens it. */
const door = () => {
  let open = (): void => {};
  // oxlint-disable-next-line promise/avoid-new -- settled from outside
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

/** An asynchronous transaction that has written "inside" and waits until it may go on. */
const openTransaction = async (end: "commit" | "fail" = "commit") => {
  const [started, mayEnd] = [door(), door()];
  const ended = db().transaction(async (tx) => {
    await insert(tx, "inside");
    started.open();
    await mayEnd.opened;
    if (end === "fail") throw new Error("on purpose");
    return "done";
  });
  await started.opened;
  return { ended, go: mayEnd.open };
};

describe("a synchronous transaction", () => {
  test("returns what its callback returns, at once", () => {
    const value: number = db().transaction((tx) => {
      insert(tx, "a").run();
      return 7;
    });
    expect(value).toBe(7);
    expect(keys(db())).toEqual(["a"]);
  });

  test("undoes everything when its callback throws, also what went to the database itself", () => {
    expect(() =>
      db().transaction((tx) => {
        insert(tx, "a").run();
        insert(db(), "b").run();
        throw new Error("on purpose");
      }),
    ).toThrow("on purpose");
    expect(keys(db())).toEqual([]);
  });

  test("nests: an inner one that fails is undone alone", () => {
    db().transaction((tx) => {
      insert(tx, "a").run();
      expect(() =>
        tx.transaction((inner) => {
          insert(inner, "b").run();
          inner.rollback();
        }),
      ).toThrow(TransactionRollbackError);
      db().transaction((inner) => insert(inner, "c").run());
    });
    expect(keys(db())).toEqual(["a", "c"]);
  });

  test("takes the write lock from the start", () => {
    const other = new Database(path(), { timeout: 0 });
    db().transaction(() => {
      expect(() => other.exec("BEGIN IMMEDIATE")).toThrow("locked");
    });
    other.close();
  });

  test("refuses a plain function that returns a promise, and nothing of it stays", async () => {
    let rest: Promise<unknown> = Promise.resolve();
    const body = async (tx: Queryable): Promise<void> => {
      insert(tx, "before").run();
      await insert(tx, "first await");
      await insert(tx, "second await");
    };
    const error = errorOf(() =>
      db().transaction((tx) => {
        rest = body(tx);
        return rest;
      }),
    );
    expect(error).toMatchObject({ code: "database_misuse" });
    expect(String(error)).toContain("not an async function");
    await expect(rest).rejects.toMatchObject({ code: "database_misuse" });
    await nextTurn();
    expect(keys(db())).toEqual([]);
    insert(db(), "next").run();
    expect(keys(db())).toEqual(["next"]);
  });

  test("is over when its callback is: its handle and statements prepared on it are refused", () => {
    const kept = db().transaction((tx) => ({ tx, all: tx.select().from(settings).prepare() }));
    expect(errorOf(() => kept.all.all())).toMatchObject({ code: "database_misuse" });
    expect(errorOf(() => insert(kept.tx, "late").run())).toMatchObject({ code: "database_misuse" });
    expect(errorOf(() => kept.tx.transaction(() => 1))).toMatchObject({ code: "database_misuse" });
  });

  test("that failed does not write into the next one by a handle that was kept", () => {
    let kept: Queryable = db();
    expect(() =>
      db().transaction((tx) => {
        kept = tx;
        throw new Error("on purpose");
      }),
    ).toThrow("on purpose");
    db().transaction(() => {
      expect(errorOf(() => insert(kept, "late").run())).toMatchObject({ code: "database_misuse" });
    });
    expect(keys(db())).toEqual([]);
  });

  test("that SQLite itself rolled back takes no further statement", () => {
    const error = errorOf(() =>
      db().transaction((tx) => {
        insert(tx, "a").run();
        tx.run(sql`ROLLBACK`);
        insert(tx, "on its own").run();
      }),
    );
    expect(error).toMatchObject({ code: "database_misuse" });
    expect(keys(db())).toEqual([]);
  });
});

describe("an asynchronous transaction", () => {
  test("keeps everything, or nothing", async () => {
    const { ended, go } = await openTransaction();
    go();
    await expect(ended).resolves.toBe("done");
    expect(keys(db())).toEqual(["inside"]);

    await expect(
      db().transaction(async (tx) => {
        await insert(tx, "gone");
        await insert(tx, "inside");
      }),
    ).rejects.toThrow("UNIQUE");
    await expect(
      db().transaction(async (tx) => {
        await insert(tx, "gone too");
        tx.rollback();
      }),
    ).rejects.toThrow(TransactionRollbackError);
    expect(keys(db())).toEqual(["inside"]);
  });

  test("has a connection of its own", async () => {
    db().run(sql`CREATE TEMP TABLE of_this_connection (x)`);
    const temporary = sql`SELECT count(*) AS tables FROM temp.sqlite_schema`;
    expect(db().transaction((tx) => tx.all(temporary))).toEqual([{ tables: 1 }]);
    expect(await db().transaction(async (tx) => tx.all(temporary))).toEqual([{ tables: 0 }]);
  });

  test("that failed does not write into the next one by a handle that was kept", async () => {
    let kept: Queryable = db();
    await db()
      .transaction(async (tx) => {
        kept = tx;
        throw new Error("on purpose");
      })
      .catch(() => {});
    const { ended, go } = await openTransaction();
    await expect(insert(kept, "late").execute()).rejects.toMatchObject({ code: "database_misuse" });
    go();
    await ended;
    expect(keys(db())).toEqual(["inside"]);
  });

  test("leaves a concurrent, acknowledged write alone when it is rolled back", async () => {
    const { ended, go } = await openTransaction("fail");
    const acknowledged = insert(db(), "outside").then(() => keys(db()));
    go();
    await expect(ended).rejects.toThrow("on purpose");
    expect(await acknowledged).toEqual(["outside"]);
    expect(keys(db())).toEqual(["outside"]);
  });

  test("makes awaited queries of every kind wait, and run in order after it", async () => {
    insert(db(), "old").run();
    const prepared = db().select({ key: settings.key }).from(settings).prepare();
    const { ended, go } = await openTransaction();
    const seen: string[] = [];
    const note = (name: string) => (result: unknown) => {
      seen.push(`${name}: ${JSON.stringify(result)}`);
    };
    const waiting = [
      db().select({ key: settings.key }).from(settings).orderBy(settings.key).then(note("select")),
      db()
        .delete(settings)
        .where(eq(settings.key, "old"))
        .returning()
        .then((rows) => note("delete")(rows.length)),
      db()
        .update(settings)
        .set({ value: 2 })
        .returning({ value: settings.value })
        .then(note("update")),
      db()
        .query.settings.findMany({ columns: { key: true } })
        .then(note("query")),
      db().$count(settings).then(note("count")),
      prepared.execute().then(note("prepared")),
      insert(db(), "new").returning({ key: settings.key }).then(note("insert")),
      db()
        .select()
        .from(settings)
        .execute()
        .then((rows) => note("execute")(rows.length)),
      ended.then(note("transaction")),
    ];
    await nextTurn();
    expect(seen).toEqual([]);
    go();
    await Promise.all(waiting);
    expect(seen.toSorted()).toEqual([
      "count: 1",
      "delete: 1",
      "execute: 2",
      'insert: [{"key":"new"}]',
      'prepared: [{"key":"inside"}]',
      'query: [{"key":"inside"}]',
      'select: [{"key":"inside"},{"key":"old"}]',
      'transaction: "done"',
      'update: [{"value":2}]',
    ]);
  });

  test("makes synchronous queries of every kind fail at once", async () => {
    const prepared = db().select().from(settings).prepare();
    const { ended, go } = await openTransaction();
    const synchronous: (() => unknown)[] = [
      () => db().select().from(settings).all(),
      () => db().select().from(settings).get(),
      () => db().select().from(settings).values(),
      () => insert(db(), "a").run(),
      () => db().query.settings.findMany().sync(),
      () => db().run(sql`DELETE FROM settings`),
      () => db().all(sql`SELECT 1`),
      () => db().get(sql`SELECT 1`),
      () => db().values(sql`SELECT 1`),
      () => prepared.all(),
      () => prepared.execute().sync(),
      () => db().transaction(() => 1),
    ];
    for (const query of synchronous)
      expect(errorOf(query)).toMatchObject({ code: "database_busy" });
    go();
    await ended;
    expect(prepared.all()).toHaveLength(1);
  });

  test("comes one after another", async () => {
    const order: string[] = [];
    const run = (name: string) =>
      db().transaction(async (tx) => {
        order.push(`${name} begins`);
        await insert(tx, name);
        await nextTurn();
        order.push(`${name} ends`);
      });
    await Promise.all([run("a"), run("b"), run("c")]);
    expect(order).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
    expect(keys(db())).toEqual(["a", "b", "c"]);
  });

  test("nests as savepoints: an inner one that fails and is caught is undone alone", async () => {
    await db().transaction(async (tx) => {
      await insert(tx, "a");
      await expect(
        tx.transaction(async (inner) => {
          await insert(inner, "b");
          await inner.transaction(async (innermost) => {
            await insert(innermost, "c");
          });
          throw new Error("on purpose");
        }),
      ).rejects.toThrow("on purpose");
      tx.transaction((inner) => insert(inner, "d").run());
      await Promise.all([
        tx.transaction(async (inner) => {
          await insert(inner, "e");
        }),
        insert(tx, "f"),
        tx
          .transaction(async (inner) => {
            await insert(inner, "g");
            inner.rollback();
          })
          .catch(() => {}),
        insert(tx, "h"),
      ]);
    });
    expect(keys(db())).toEqual(["a", "d", "e", "f", "h"]);
  });

  test("is undone as a whole when it ends before one inside it", async () => {
    const inside = door();
    let left: Promise<unknown> = Promise.resolve();
    await expect(
      db().transaction(async (tx) => {
        await insert(tx, "a");
        left = tx.transaction(async (inner) => {
          await insert(inner, "b");
          await inside.opened;
          await insert(inner, "c");
        });
        await nextTurn();
      }),
    ).rejects.toMatchObject({ code: "database_misuse" });
    expect(keys(db())).toEqual([]);
    // What is left of it touches nothing of the next one, which has a savepoint open too.
    await db().transaction(async (tx) => {
      await insert(tx, "next");
      await tx.transaction(async (inner) => {
        await insert(inner, "after next");
        inside.open();
        await expect(left).rejects.toMatchObject({ code: "database_misuse" });
      });
    });
    expect(keys(db())).toEqual(["after next", "next"]);
  });

  test("refuses to wait for itself", async () => {
    const { message } = await db().transaction(async (tx) => {
      await insert(tx, "a");
      const errors = await Promise.all(
        [
          insert(db(), "b").execute(),
          db().select().from(settings).execute(),
          db().transaction(async () => {}),
          tx.transaction(async () => {
            await insert(tx, "c");
          }),
          tx.transaction(async () => {
            await insert(db(), "d");
          }),
        ].map((query) =>
          query.then(
            () => "it ran",
            (error: unknown) => error,
          ),
        ),
      );
      for (const error of errors) expect(error).toMatchObject({ code: "database_misuse" });
      return { message: String(errors[0]) };
    });
    expect(message).toContain("would wait forever");
    expect(keys(db())).toEqual(["a"]);
  });

  test("does not bind what was only started inside it", async () => {
    let later: Promise<unknown> = Promise.resolve();
    const over = door();
    await db().transaction(async (tx) => {
      await insert(tx, "a");
      later = over.opened.then(() => insert(db(), "b"));
    });
    over.open();
    await later;
    expect(keys(db())).toEqual(["a", "b"]);
  });

  test("is rolled back by close(), and so is everything that waits", async () => {
    const { ended, go } = await openTransaction();
    const waiting = insert(db(), "outside").execute();
    db().close();
    go();
    await expect(ended).rejects.toMatchObject({ code: "shutting_down" });
    await expect(waiting).rejects.toMatchObject({ code: "shutting_down" });
    expect(errorOf(() => keys(db()))).toMatchObject({ code: "shutting_down" });
    const again = createDb({ path: path() });
    expect(keys(again)).toEqual([]);
    again.close();
  });
});

test("a process killed between the statements of a transaction leaves none of them", async () => {
  const other = new OtherProcess(`
    const { createDb } = await load("./db.ts");
    const { settings } = await load("./schema.ts");
    const db = createDb({ path: ${JSON.stringify(temp("other.db"))} });
    await db.insert(settings).values({ key: "acknowledged", value: 1 });
    await db.transaction(async (tx) => {
      await tx.insert(settings).values({ key: "first", value: 1 });
      await tx.insert(settings).values({ key: "second", value: 1 });
      console.log("between");
      await new Promise((resolve) => setTimeout(resolve, 600_000));
    });`);
  expect(await other.line()).toBe("between");
  await other.kill();
  const again = createDb({ path: temp("other.db") });
  expect(keys(again)).toEqual(["acknowledged"]);
  again.close();
});

/** Something a program does after `turns` of the event loop: a write, or a transaction of more. */
type Step =
  | { turns: number; how: "awaited" | "synchronous" }
  | { turns: number; how: "transaction"; fails: boolean; steps: Step[] };

const { step } = fc.letrec<{ step: Step }>((tie) => ({
  step: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({
      turns: fc.nat(2),
      how: fc.constantFrom("awaited" as const, "synchronous" as const),
    }),
    fc.record({
      turns: fc.nat(2),
      how: fc.constant("transaction" as const),
      fails: fc.boolean(),
      steps: fc.array(tie("step"), { maxLength: 4 }),
    }),
  ),
}));

class OnPurpose extends Error {}

/** Does a step, and answers with the keys that are there if everything around it is kept. */
const take = async (on: Queryable, done: Step): Promise<string[]> => {
  for (let turn = 0; turn < done.turns; turn += 1) await nextTurn();
  if (done.how === "transaction") {
    return on
      .transaction(async (tx) => {
        const kept = await Promise.all(done.steps.map((inner) => take(tx, inner)));
        if (done.fails) throw new OnPurpose();
        return kept.flat();
      })
      .catch((error: unknown) => {
        if (error instanceof OnPurpose) return [];
        throw error;
      });
  }
  const key = randomUUID();
  if (done.how === "awaited") {
    await insert(on, key);
    return [key];
  }
  try {
    insert(on, key).run();
    return [key];
  } catch (error) {
    if (error instanceof GatewayError && error.code === "database_busy") return [];
    throw error;
  }
};

test("of any mix of writes and transactions exactly what was acknowledged is there", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      await db().delete(settings);
      const kept = await Promise.all(steps.map((each) => take(db(), each)));
      expect(keys(db())).toEqual(kept.flat().toSorted());
    }),
    { numRuns: 60 },
  );
});
