import { expect, test } from "vitest";
import { bodyOf } from "../writer/log-store.fixture.ts";
import { newsOf } from "./news.ts";
import { NOW, ReaderStage, WAITING } from "./reader.fixture.ts";
import { detailOf } from "./rows.ts";

const idsOf = (rows: { id: number }[]): number[] => rows.map(({ id }) => id);

const redact = (text: string): string => text;

test("tells new rows that match, those that match since they ended, and those that do so no longer", async () => {
  using stage = new ReaderStage();
  const news = async (filter: string, written: ReturnType<ReaderStage["write"]>) => {
    const { rows, changed, ...more } = await newsOf(
      stage.reading,
      { filter, now: NOW, written: { ...written, marked: [] } },
      WAITING,
    );
    return { rows: idsOf(rows), changed: idsOf(changed), ...more };
  };
  const [good, bad, later] = [1, 2, 3].map(() => stage.entry({ ended: null }));
  if (!good || !bad || !later) throw new Error("no entries");
  const begun = stage.write([good, bad]);
  expect(await news("", begun)).toEqual({
    rows: [1, 2],
    added: 2,
    changed: [],
    removed: false,
    last: 2,
  });
  expect(await news("status:error", begun)).toMatchObject({ rows: [], added: 0, last: 2 });
  expect(await news("status:running", begun)).toMatchObject({ rows: [1, 2], added: 2 });

  const response = bodyOf('{"text":"needle"}');
  const ends = [
    stage.end({ key: good.key, response }),
    stage.end({ key: bad.key, outcome: "tool_error", durationMs: 900 }),
  ];
  const ended = stage.write([later], ends);
  expect(new Set(ended.changed)).toEqual(new Set([1, 2]));
  expect(await news("", ended)).toMatchObject({
    rows: [3],
    added: 1,
    changed: [1, 2],
    removed: false,
    last: 3,
  });
  expect(await news("status:error", ended)).toMatchObject({ rows: [2], added: 1, changed: [] });
  expect(await news("duration:>500", ended)).toMatchObject({ rows: [2], added: 1 });
  expect(await news("tool:greet", ended)).toMatchObject({ rows: [3], changed: [1, 2] });
  expect(await news("status:running", ended)).toMatchObject({ rows: [3], removed: true });
});

test("what begins and ends within one telling is told of once", async () => {
  using stage = new ReaderStage();
  const entry = stage.entry({ ended: null });
  stage.write([entry], []);
  stage.write([], [stage.end({ key: entry.key, response: bodyOf('{"text":"needle"}') })]);
  const written = { first: 1, last: 1, changed: [1], marked: [] };
  for (const filter of ["", "status:ok", "duration:>5", "text:needle", "contains:eedl"]) {
    const news = await newsOf(stage.reading, { filter, now: NOW, written }, WAITING);
    expect([filter, news.added, idsOf(news.rows), idsOf(news.changed)]).toEqual([
      filter,
      1,
      [1],
      [],
    ]);
  }
});

test("a row that an answer or its session makes match is new, and one that matched is changed", async () => {
  using stage = new ReaderStage();
  const question = bodyOf('{"method":"tools/call","text":"question"}');
  const entries = [
    stage.entry({ ended: null, request: question }),
    stage.entry({
      ended: null,
      request: null,
      method: "initialize",
      sessionId: null,
      client: null,
    }),
  ];
  stage.write(entries);
  const response = bodyOf('{"text":"the answer"}');
  const session = { sessionId: "s9", client: { name: "Cursor", version: null }, era: null };
  const [first, second] = entries.map(({ key }) => key);
  const ends = [
    stage.end({ key: first ?? 0, response }),
    stage.end({ key: second ?? 0, response: null, session }),
  ];
  const written = { ...stage.write([], ends), marked: [] };
  const told = async (filter: string) => {
    const news = await newsOf(stage.reading, { filter, now: NOW, written }, WAITING);
    return { rows: idsOf(news.rows), changed: idsOf(news.changed), removed: news.removed };
  };
  const begun = { rows: [1], changed: [], removed: false };
  const changed = { rows: [], changed: [1], removed: false };
  const over = { rows: [], changed: [], removed: true };
  expect(await told("text:answer")).toEqual(begun);
  expect(await told("contains:nswe")).toEqual(begun);
  expect(await told("text:question contains:nswe")).toEqual(begun);
  expect(await told("text:question")).toEqual(changed);
  expect(await told("contains:uesti")).toEqual(changed);
  expect(await told("text:question -text:answer")).toEqual(over);
  expect(await told("status:running contains:uesti")).toEqual(over);
  expect(await told("-contains:nswe contains:uesti")).toEqual(over);
  expect(await told("client:Cursor")).toEqual({ ...begun, rows: [2] });
  expect(await told("session:s9")).toEqual({ ...begun, rows: [2] });
  expect(await told('client:"Some client"')).toEqual(changed);
});

test("a mark changes what matches as it was marked before", async () => {
  using stage = new ReaderStage();
  for (const outcome of ["ok", "error"] as const) stage.ended({}, { outcome });
  stage.store.mark({ id: 2, pinned: true });
  const marked = [{ id: 2, pinned: false, hasNote: false }];
  const told = async (filter: string) => {
    const written = { first: null, last: null, changed: [], marked };
    const news = await newsOf(stage.reading, { filter, now: NOW, written }, WAITING);
    return [idsOf(news.rows), idsOf(news.changed), news.removed];
  };
  expect(await told("pinned:yes")).toEqual([[2], [], false]);
  expect(await told("pinned:no")).toEqual([[], [], true]);
  expect(await told("note:no")).toEqual([[], [2], false]);
  // It is as it was, whatever it came of.
  expect(await told("status:error")).toEqual([[], [2], false]);
});

test("of many new rows all are counted and the newest told", async () => {
  using stage = new ReaderStage();
  const entries = Array.from({ length: 500 }, () => stage.entry());
  const written = { ...stage.write(entries), marked: [] };
  const news = await newsOf(stage.reading, { filter: "", now: NOW, written }, WAITING);
  expect(news.added).toBe(500);
  expect(idsOf(news.rows)).toEqual(Array.from({ length: 200 }, (_, index) => index + 301));
});

test("a detail has its messages, what was cut of them, its note and all of its exchange", () => {
  using stage = new ReaderStage();
  const long = JSON.stringify({ text: "x".repeat(10_000) });
  const [profileId = "", serverId = ""] = [stage.profiles[0], stage.servers[0]];
  const about = { correlation: "c1", profileId, serverId };
  const id = stage.ended(
    { ...about, request: bodyOf('{"method":"tools/call"}') },
    {
      response: long,
      outcome: "tool_error",
      error: { code: "tool_error", message: "label not found" },
    },
  );
  stage.add();
  const upstream = stage.ended(
    { ...about, kind: "upstream", direction: "to_server" },
    { waitedMs: 1.5, headMs: 7.25 },
  );
  const bare = stage.add({
    request: { text: null, bytes: 1234 },
    hasContents: false,
    ended: null,
    client: null,
  });
  stage.store.mark({ id, note: "look at this" });
  const names = stage.reading.names();
  const detail = (one: number) =>
    stage.reading.read(null, (db) => detailOf(db, { names, redact }, one));

  expect(detail(id)).toMatchObject({
    id,
    kind: "request",
    direction: "from_client",
    outcome: "tool_error",
    profile: "dev",
    server: "files",
    client: "Some client",
    clientVersion: "1.2.3",
    request: { text: '{"method":"tools/call"}', bytes: 23, cut: false },
    response: { text: long, bytes: long.length, cut: false },
    contents: "recorded",
    errorCode: "tool_error",
    error: "label not found",
    note: "look at this",
    hasNote: true,
    linked: [{ id }, { id: upstream }],
  });
  expect(detail(upstream)).toMatchObject({ waitedMs: 1.5, headMs: 7.25, kind: "upstream" });
  expect(detail(bare)).toMatchObject({
    contents: "level",
    request: null,
    response: null,
    requestBytes: 1234,
    durationMs: null,
    outcome: "running",
    client: null,
    clientVersion: null,
  });
  expect(detail(99)).toBe(null);

  const cut = stage.write([stage.entry({ request: bodyOf(long) })], [], 4096).first ?? 0;
  const { request } = detail(cut) ?? {};
  expect(request).toMatchObject({ bytes: long.length, cut: true });
  expect(Buffer.byteLength(request?.text ?? "")).toBeLessThanOrEqual(4096);
});

test("rows have the names of today, and of what is gone those of its time", () => {
  using stage = new ReaderStage();
  const [profileId = "", serverId = ""] = [stage.profiles[0], stage.servers[0]];
  const id = stage.add({ profileId, serverId });
  stage.rename();
  const shown = () =>
    stage.reading.read(null, (db) => detailOf(db, { names: stage.reading.names(), redact }, id));
  expect(shown()).toMatchObject({ profile: "work", server: "disk" });
  stage.stores.profiles.delete(profileId);
  stage.stores.servers.delete(serverId);
  expect(shown()).toMatchObject({ profile: "dev", server: "files" });
});
