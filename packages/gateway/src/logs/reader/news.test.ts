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
      { filter, now: NOW, written },
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
  // Whether its words were there before nobody knows.
  expect(await news("needle", ended)).toMatchObject({ rows: [], changed: [1], removed: true });
  expect(await news("status:error needle", ended)).toMatchObject({ changed: [], removed: false });

  stage.store.mark({ id: 1, pinned: true });
  const marked = { first: null, last: null, changed: [1] };
  expect(await news("pinned:yes", marked)).toMatchObject({ changed: [1], removed: true, last: 3 });
  expect(await news("tool:greet", marked)).toMatchObject({ changed: [1], removed: false });
});

test("of many new rows all are counted and the newest told", async () => {
  using stage = new ReaderStage();
  const written = stage.write(Array.from({ length: 500 }, () => stage.entry()));
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
