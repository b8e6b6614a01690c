import { expect, test } from "vitest";
import type { Counts } from "./sample.ts";
import { moreThan } from "./verdict.ts";

const counts = (handles: number, files: Record<string, number>): Counts => ({
  handles,
  sockets: 2,
  children: 0,
  threads: 4,
  sessions: 0,
  files,
  active: { TCPServerWrap: 1 },
});

const before = counts(10, { "traffic.db": 2, "traffic.dbwal": 2, pipe: 3 });

test("handles that SQLite keeps for the next connection are no leak, what adds up is one", () => {
  const kept = counts(12, { "traffic.db": 4, "traffic.dbwal": 2, pipe: 3 });
  expect(moreThan(before, kept)).toEqual([]);
  const open = counts(13, { "traffic.db": 5, "traffic.dbwal": 2, pipe: 3 });
  expect(moreThan(before, open)).toEqual(["handles: 10, then 13", "traffic.db: 2, then 5"]);
});

test("a connection that stays open has a log that does", () => {
  const open = counts(12, { "traffic.db": 3, "traffic.dbwal": 3, pipe: 3 });
  expect(moreThan(before, open)).toEqual(["traffic.dbwal: 2, then 3"]);
});

test("what is new is told of, and what is fewer is not", () => {
  const other = counts(9, { "traffic.db": 2, "traffic.dbwal": 2, pipe: 1, "x.lock": 1 });
  expect(moreThan(before, other)).toEqual(["x.lock: 0, then 1"]);
});
