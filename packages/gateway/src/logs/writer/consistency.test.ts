import * as fc from "fast-check";
import { expect, test } from "vitest";
import { bodyOf, LogStage } from "./log-store.fixture.ts";

/** Something that happens to the log. `of` is which of the rows there are. */
type Step =
  | { do: "write"; rows: { late: boolean; size: number; failed: boolean }[] }
  | { do: "end"; of: number; size: number }
  | { do: "pin"; of: number }
  | { do: "prune"; keep: number }
  | { do: "clear"; filter: "" | "status:error" | "text:common" }
  | { do: "some" | "crash" };

const size = fc.nat(6000);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      rows: fc.array(fc.record({ late: fc.boolean(), size, failed: fc.boolean() }), {
        maxLength: 12,
      }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("end" as const), of: fc.nat(), size }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pin" as const), of: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("prune" as const), keep: fc.nat(30) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("clear" as const),
      filter: fc.constantFrom("" as const, "status:error" as const, "text:common" as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("some" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const) }) },
);

/** What a row is found by, and nothing else: one word of its request, one of its answer. */
const wordsOf = (key: number): [string, string] => [`asked${key}zq`, `told${key}zq`];

class Model {
  readonly stage = new LogStage();
  /** Words that rows were written with, by the row's id. */
  readonly words = new Map<number, string[]>();
  /** Keys of what has not ended, by the row's id. */
  readonly running = new Map<number, number>();
  #key = 0;

  async take(taken: Step): Promise<void> {
    const { stage } = this;
    switch (taken.do) {
      case "write":
        return this.#write(taken.rows);
      case "end":
        return this.#end(taken);
      case "pin": {
        const ids = this.ids();
        const id = ids[taken.of % Math.max(ids.length, 1)];
        if (id !== undefined) stage.store.mark({ id, pinned: true, note: "kept" });
        return;
      }
      case "prune":
        stage.prune({ logKeepRows: taken.keep });
        return;
      case "clear":
        await stage.clear(taken.filter);
        return;
      case "some":
        stage.store.clearSome();
        return;
      case "crash":
        stage.crash();
        this.running.clear();
    }
  }

  ids(table = "debug_log_facts"): number[] {
    // There is no file yet.
    if (this.words.size === 0) return [];
    const sql = `SELECT id FROM ${table} ORDER BY id`;
    return this.stage.all<{ id: number }>(sql).map(({ id }) => id);
  }

  #write(rows: { late: boolean; size: number; failed: boolean }[]): void {
    const begun = rows.map(({ late, size: length, failed }) => {
      this.#key += 1;
      const [asked, told] = wordsOf(this.#key);
      const response = bodyOf(`{"a":"${told} ${"r".repeat(length)}"}`);
      const outcome = failed ? "error" : "ok";
      return this.stage.entry({
        key: this.#key,
        request: bodyOf(`{"q":"${asked}${failed ? "" : " common"} ${"q ".repeat(length / 2)}"}`),
        ended: late ? null : { ...this.stage.end({ key: this.#key }), response, outcome },
      });
    });
    const { first } = this.stage.write(begun);
    for (const [place, { key, ended }] of begun.entries()) {
      const id = (first ?? 0) + place;
      const [asked, told] = wordsOf(key);
      this.words.set(id, ended === null ? [asked] : [asked, told]);
      if (ended === null) this.running.set(id, key);
    }
  }

  #end({ of, size: length }: { of: number; size: number }): void {
    const running = [...this.running];
    const [id, key] = running[of % Math.max(running.length, 1)] ?? [];
    if (id === undefined || key === undefined) return;
    const [, told] = wordsOf(key);
    const response = bodyOf(`{"a":"${told} ${"r".repeat(length)}"}`);
    this.stage.write([], [this.stage.end({ key, response })]);
    this.words.get(id)?.push(told);
    this.running.delete(id);
  }

  /** Where rows, facts and words do not tell of the same, or of something that went. */
  faults(): unknown[] {
    const { stage, words } = this;
    stage.prune({});
    if (words.size === 0) return [];
    const ids = this.ids();
    const there = new Set(ids);
    const logs = this.ids("debug_logs");
    const { rows } = stage.store.size();
    const gone = [...words].filter(([id]) => !there.has(id)).flatMap(([, its]) => its);
    return [
      ...logs.filter((id) => !there.has(id)),
      ...(logs.length === ids.length && rows === ids.length ? [] : [{ logs, rows, ids }]),
      ...ids.filter((id) => words.get(id)?.some((word) => stage.found(word)[0] !== id)),
      ...gone.filter((word) => stage.indexed(word).length > 0),
      ...stage.inMessages(gone),
      ...stage.all("SELECT * FROM debug_log_removals"),
    ];
  }
}

test("whatever is written, ends, is kept no longer, is cleared or crashes: rows, facts and words agree", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const model = new Model();
      using stage = model.stage;
      for (const one of steps) await model.take(one);
      expect(model.faults()).toEqual([]);
      expect(stage.store.clearSome()).toEqual({ more: false });
    }),
    { numRuns: 15 },
  );
});
