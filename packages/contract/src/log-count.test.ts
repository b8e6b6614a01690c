import { expect, test } from "vitest";
import { countLogs } from "./log-count.ts";
import type { LogCountQuery } from "./logs.ts";

test("all that match are counted, also where each answer comes only some way", async () => {
  const asked: LogCountQuery[] = [];
  const rows = await countLogs((query) => {
    asked.push(query);
    const { upTo = 100 } = query;
    const searchedTo = upTo > 40 ? upTo - 39 : null;
    return Promise.resolve({ matches: searchedTo === null ? 900 : 1, last: upTo, searchedTo });
  }, 'contains:"x"');
  expect(rows).toBe(902);
  expect(asked.map(({ upTo }) => upTo)).toEqual([undefined, 60, 20]);
  expect(asked.map(({ filter }) => filter)).toEqual(Array(3).fill('contains:"x"'));
});

test("it ends with the oldest row there can be", async () => {
  const rows = await countLogs(() => Promise.resolve({ matches: 3, last: 9, searchedTo: 1 }), "x");
  expect(rows).toBe(3);
});
