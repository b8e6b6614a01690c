import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { bodyOf, LogStage } from "./log-store.fixture.ts";

/** What nobody may find afterwards: two words, which are no words of anything else. */
const marker = (what: string): string => `${what}zq9x7 ${what}kj4w8`;
const PLACES = ["request", "answer", "error", "note", "client", "name", "session", "word"];
const MARKERS = PLACES.flatMap((place) => marker(place).split(" "));
/** The index has of a word what it does not have in common with the one before. */
const ENDS = ["zq9x7", "kj4w8"];

/** A row with a marker in each place. */
const marked = (stage: LogStage) =>
  stage.entry({
    request: bodyOf(`{"q":"${marker("request")} ${"filler ".repeat(700)}"}`),
    client: { name: marker("client"), version: "1" },
    name: marker("name"),
    sessionId: marker("session"),
    ended: {
      ...stage.end({ key: 0 }),
      outcome: "error",
      error: { code: "internal", message: marker("error") },
      response: bodyOf(`{"a":"${marker("answer")} ${marker("word")}"}`),
    },
  });

/** Ordinary rows, of which some end later and grow. */
function fill(stage: LogStage, rows: number): void {
  const late = [];
  for (let row = 0; row < rows; row += 1) {
    const entry = stage.entry({
      request: bodyOf(`{"row":"ordinary${row} ${"x".repeat(row % 900)}"}`),
    });
    if (row % 3 === 0) late.push(entry.key);
    stage.write([row % 3 === 0 ? { ...entry, ended: null } : entry]);
    const key = row % 5 === 0 ? late.shift() : undefined;
    const response = bodyOf(`{"late":"${"y".repeat((row * 7) % 1500)}"}`);
    if (key !== undefined) stage.write([], [stage.end({ key, response })]);
  }
}

const rowsIn = (stage: LogStage, table: string): number =>
  stage.all<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`)[0]?.rows ?? 0;

test("of what is cleared as a whole no byte stays: messages, words, names, notes", async () => {
  using stage = new LogStage();
  fill(stage, 60);
  const { first } = stage.write([marked(stage)]);
  stage.store.mark({ id: first ?? 0, pinned: true, note: marker("note") });
  stage.store.dismiss(marker("client"), 1);
  fill(stage, 60);
  expect(stage.holds(MARKERS).length).toBeGreaterThan(MARKERS.length - 3);
  expect(stage.found("requestzq9x7")).toEqual([61]);
  expect(await stage.clear()).toBe(121);
  expect(stage.found("requestzq9x7 OR ordinary1")).toEqual([]);
  expect(stage.store.size()).toMatchObject({ rows: 0, oldestAt: null });
  stage.clearAll();
  expect(stage.holds([...MARKERS, ...ENDS])).toEqual([]);
  for (const table of [
    "debug_logs",
    "debug_log_terms",
    "debug_log_removals",
    "debug_log_dismissals",
  ])
    expect(rowsIn(stage, table)).toBe(0);
  expect(stage.all("SELECT name FROM sqlite_schema WHERE name LIKE 'debug_log_words%'")).toEqual(
    [],
  );
  // Ids are not given twice.
  expect(stage.write([stage.entry()])).toMatchObject({ first: 122, last: 122, changed: [] });
});

test("of what a filter matches no byte stays, and everything else does", async () => {
  using stage = new LogStage();
  const ids: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    fill(stage, 40);
    ids.push(stage.write([marked(stage)]).first ?? 0);
  }
  const running = stage.entry({ ended: null, request: bodyOf('{"q":"stillrunning"}') });
  stage.write([running]);
  expect(await stage.clear(`text:answerzq9x7 contains:"${marker("request")}"`)).toBe(5);
  expect(await stage.clear("text:nothinglikethat")).toBe(0);
  expect(stage.holds(["answerzq9x7"])).not.toEqual([]);
  stage.clearAll();
  expect(stage.holds([...MARKERS, ...ENDS])).toEqual([]);
  expect(rowsIn(stage, "debug_logs")).toBe(201);
  expect(rowsIn(stage, "debug_log_facts")).toBe(201);
  expect(stage.found("ordinary39")).toHaveLength(5);
  expect(stage.found("stillrunning")).toHaveLength(1);
  stage.write([], [stage.end({ key: running.key, response: bodyOf('{"a":"overnow"}') })]);
  expect(stage.found("stillrunning AND overnow")).toEqual([206]);
});

test("of many rows some are hidden at a time, and others have the thread in between", async () => {
  using stage = new LogStage();
  const rows = Array.from({ length: 21_000 }, (_, at) => {
    const entry = stage.entry({ request: null });
    return { ...entry, ended: stage.end({ key: 0, durationMs: (at % 2) * 100, response: null }) };
  });
  stage.write(rows);
  const over = new AbortController();
  let seenMeanwhile = 0;
  const meanwhile = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const { rows: left } = stage.store.size();
      if (left < 21_000 && left > 10_500) seenMeanwhile += 1;
      await nextTurn();
    }
  };
  const looking = meanwhile();
  expect(await stage.clear("duration:>50")).toBe(10_500);
  // When it is said to be done nobody sees any of them.
  expect(stage.get("SELECT count(*) AS rows FROM debug_log_facts WHERE duration_ms > 50")).toEqual({
    rows: 0,
  });
  over.abort();
  await looking;
  expect(seenMeanwhile).toBeGreaterThan(0);
  stage.clearAll();
  expect(rowsIn(stage, "debug_logs")).toBe(10_500);
  expect(rowsIn(stage, "debug_log_facts")).toBe(10_500);
  expect(rowsIn(stage, "debug_log_removals")).toBe(0);
});

test("what is cleared while it runs does not come back with its end", async () => {
  using stage = new LogStage();
  const running = stage.entry({ ended: null });
  stage.write([running, stage.entry()]);
  await stage.clear();
  const late = stage.end({ key: running.key, response: bodyOf(marker("answer")) });
  expect(stage.write([stage.entry()], [late])).toMatchObject({
    first: 3,
    last: 3,
    changed: [],
    lost: 0,
  });
  stage.clearAll();
  expect(stage.holds(marker("answer").split(" "))).toEqual([]);
  expect(stage.all("SELECT id FROM debug_logs")).toEqual([{ id: 3 }]);
});

test("a clear that a crash ended goes on, whatever was recorded since", async () => {
  using stage = new LogStage();
  fill(stage, 30);
  stage.write([marked(stage)]);
  await stage.clear();
  stage.store.clearSome();
  stage.crash();
  stage.write([stage.entry()]);
  expect(stage.prune({})).toBe(0);
  expect(stage.holds([...MARKERS, ...ENDS])).toEqual([]);
  expect(rowsIn(stage, "debug_log_removals")).toBe(0);
  expect(stage.all("SELECT id FROM debug_logs")).toEqual([{ id: 32 }]);
  expect(stage.found("jsonrpc")).toEqual([32]);
});
