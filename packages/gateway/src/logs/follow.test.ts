import type { LogNews } from "@local-mcp/contract";
import { expect, test, vi } from "vitest";
import type { Untold, Written } from "./entries.ts";
import { Followers } from "./follow.ts";
import { rowOf } from "./logs.fixture.ts";

// Whoever is never told waits for ever.
vi.setConfig({ testTimeout: 5000 });

/** Reads as the thread does where every row matches. */
const newsOf = ({ first, last, changed }: Written): LogNews => ({
  rows: last === null ? [] : [rowOf({ id: last })],
  added: last === null ? 0 : last - (first ?? last) + 1,
  changed: changed.map((id) => rowOf({ id })),
  removed: false,
  last: last ?? 0,
});

const stage = () => {
  const followers = new Followers();
  const stop = new AbortController();
  const asked: Untold[] = [];
  const read = async (written: Untold): Promise<LogNews> => {
    asked.push(written);
    return newsOf(written);
  };
  return { followers, stop, asked, news: followers.follow({ begin: read, read }, stop.signal) };
};
const written = (first: number | null, last: number | null, changed: number[] = []): Written => ({
  first,
  last,
  changed,
});

test(
  "it begins with nothing new, and from then on nothing is missed",
  { timeout: 5000 },
  async () => {
    const { followers, news } = stage();
    expect((await news.next()).value).toMatchObject({ added: 0, changed: [], removed: false });
    followers.onWritten(written(1, 3));
    followers.onWritten(written(4, 4, [2]));
    const { value } = await news.next();
    expect(value).toMatchObject({ added: 4, last: 4, changed: [{ id: 2 }], removed: false });
  },
);

test("what was stored before it begins is not told of as new", async () => {
  const followers = new Followers();
  const begin = async (nothing: Untold) => {
    // They are stored, and then it is told of them.
    followers.onWritten(written(1, 5));
    queueMicrotask(() => followers.onWritten(written(6, 9, [2])));
    return { ...newsOf(nothing), last: 7 };
  };
  const read = async (what: Untold) => newsOf(what);
  const news = followers.follow({ begin, read }, undefined);
  expect((await news.next()).value).toMatchObject({ added: 0, last: 7 });
  expect((await news.next()).value).toMatchObject({ added: 2, last: 9, changed: [{ id: 2 }] });
  followers.onWritten(written(10, 10));
  expect((await news.next()).value).toMatchObject({ added: 1, last: 10 });
});

test("a reader that is slow is told of all of it at once, and takes no more for it", async () => {
  const { followers, asked, news } = stage();
  await news.next();
  for (let id = 1; id <= 5000; id += 1) followers.onWritten(written(id, id, [id]));
  expect((await news.next()).value).toMatchObject({ added: 5000, changed: [], removed: true });
  expect(asked).toHaveLength(2);
  followers.onWritten(written(null, null, [7]));
  expect((await news.next()).value).toMatchObject({ changed: [{ id: 7 }], removed: false });
});

test("a row whose end is stored while it is told of is told of once", async () => {
  const followers = new Followers();
  const read = async (what: Untold): Promise<LogNews> => {
    if (what.last === 1) followers.onWritten(written(null, null, [1]));
    return newsOf(what);
  };
  const news = followers.follow({ begin: read, read }, undefined);
  await news.next();
  followers.onWritten(written(1, 1));
  expect((await news.next()).value).toMatchObject({
    rows: [{ id: 1, outcome: "ok" }],
    changed: [],
  });
  followers.onWritten(written(2, 2, [1]));
  expect((await news.next()).value).toMatchObject({ rows: [{ id: 2 }], changed: [] });
});

test("a row that is marked twice is told of once, as it was before both", async () => {
  const { followers, asked, news } = stage();
  await news.next();
  const before = { id: 3, pinned: false, hasNote: false };
  for (const pinned of [false, true]) {
    followers.onMarked({ ...before, pinned });
  }
  followers.onWritten(written(4, 4));
  await news.next();
  expect(asked.at(-1)?.marked).toEqual([before]);
});

test("what concerns nobody is not told, what was removed is", async () => {
  const followers = new Followers();
  const stop = new AbortController();
  const nothing = async () => newsOf(written(null, null));
  const news = followers.follow({ begin: nothing, read: nothing }, stop.signal);
  await news.next();
  followers.onWritten(written(1, 9));
  const next = news.next();
  await new Promise((resolve) => setTimeout(resolve, 300));
  followers.onRemoved();
  expect((await next).value).toMatchObject({ added: 0, removed: true });
});

test("it ends when the reader leaves, or the gateway does, also while it waits", async () => {
  const one = stage();
  await one.news.next();
  const waiting = one.news.next();
  one.stop.abort();
  expect(await waiting).toEqual({ value: undefined, done: true });

  const other = stage();
  await other.news.next();
  const also = other.news.next();
  other.followers.close();
  expect(await also).toEqual({ value: undefined, done: true });

  const nothing = async () => newsOf(written(null, null));
  const late = other.followers.follow({ begin: nothing, read: nothing }, undefined);
  await late.next();
  expect(await late.next()).toEqual({ value: undefined, done: true });
});

test("it ends where all is begun anew, and knows nothing of what was before", async () => {
  const { followers, news } = stage();
  await news.next();
  followers.onWritten(written(1, 5000));
  await news.next();
  const waiting = news.next();
  followers.restart();
  expect(await waiting).toEqual({ value: undefined, done: true });
  const read = async (what: Untold) => newsOf(what);
  const again = followers.follow({ begin: read, read }, undefined);
  await again.next();
  followers.onWritten(written(1, 1));
  expect((await again.next()).value).toMatchObject({ added: 1, last: 1 });
});

test("what cannot be read ends it with that", async () => {
  const followers = new Followers();
  const read = () => Promise.reject(new Error("damaged"));
  const news = followers.follow({ begin: read, read }, undefined);
  await expect(news.next()).rejects.toThrow("damaged");
});
