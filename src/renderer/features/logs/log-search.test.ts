import { expect, onTestFinished, test, vi } from "vitest";
import { LogSearch, MOST_FOUND } from "./log-search.ts";
import { logRow, TestLogs } from "./log-source.fixture.ts";

function searching(logs: TestLogs): LogSearch {
  const rows = new LogSearch("text:x", logs);
  onTestFinished(() => rows.stop());
  rows.start();
  return rows;
}
const ids = (rows: LogSearch): (number | undefined)[] =>
  Array.from({ length: rows.count }, (_, index) => rows.at(index)?.id);

test("the newest are found first, and the search goes on to the oldest", async () => {
  const logs = new TestLogs(5000);
  logs.matches = ({ id }) => id % 1000 === 1;
  const rows = searching(logs);
  const counts: number[] = [];
  rows.subscribe(() => counts.push(rows.count));
  await vi.waitFor(() => expect(rows.search).toBeNull());
  await vi.waitFor(() => expect(ids(rows)).toEqual([1, 1001, 2001, 3001, 4001]));
  expect(new Set(counts)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
});

test("a row that is held on to moves as others are found before it", async () => {
  const logs = new TestLogs(3000);
  logs.matches = ({ id }) => id % 1000 === 1;
  const rows = searching(logs);
  const leave = rows.subscribe(() => {
    if (rows.count === 1) rows.keep("active", 0);
  });
  await vi.waitFor(() => expect(rows.count).toBe(3));
  leave();
  expect(rows.place("active")).toEqual({ index: 2, id: 2001 });
});

test("whoever ends it keeps what was found", async () => {
  const logs = new TestLogs(50_000);
  logs.matches = ({ id }) => id > 49_990;
  const rows = searching(logs);
  await vi.waitFor(() => expect(rows.count).toBe(10));
  rows.cancel();
  expect(rows.search).toBe("cancelled");
  expect(rows.count).toBe(10);
});

test("it ends where more was found than anybody reads", async () => {
  const logs = new TestLogs(MOST_FOUND + 3000);
  logs.stride = 100_000;
  const rows = searching(logs);
  await vi.waitFor(() => expect(rows.search).toBe("cut"), { timeout: 5000 });
  expect(rows.count).toBeGreaterThanOrEqual(MOST_FOUND);
  expect(rows.at(rows.count - 1)?.id).toBe(MOST_FOUND + 3000);
});

test("what comes or changes is at its place", async () => {
  const logs = new TestLogs(3);
  const rows = searching(logs);
  await vi.waitFor(() => expect(rows.count).toBe(3));
  logs.add(logRow(6));
  logs.tell({ changed: [logRow(2, { outcome: "error" }), logRow(5)] });
  await vi.waitFor(() => expect(ids(rows)).toEqual([1, 2, 3, 5, 6]));
  expect(rows.at(1)?.outcome).toBe("error");
  expect(rows.unseen).toBe(1);
});
