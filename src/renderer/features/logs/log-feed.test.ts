import { describe, expect, onTestFinished, test, vi } from "vitest";
import { LogFeed } from "./log-feed.ts";
import { PAGE_ROWS } from "./log-pages.ts";
import { logRow, TestLogs } from "./log-source.fixture.ts";

async function started(many: number): Promise<{ logs: TestLogs; feed: LogFeed }> {
  const logs = new TestLogs(many);
  const feed = new LogFeed("", logs);
  onTestFinished(() => feed.stop());
  feed.start();
  await vi.waitFor(() => expect(feed.isCounted).toBe(true));
  return { logs, feed };
}

const ids = (feed: LogFeed, first: number, end: number): (number | undefined)[] =>
  Array.from({ length: end - first }, (_, offset) => feed.at(first + offset)?.id);

const settle = (): Promise<void> => vi.waitFor(() => undefined);
const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe("what is there", () => {
  test("is counted, and only what is looked at is read", async () => {
    const { logs, feed } = await started(100_000);
    expect(feed.count).toBe(100_000);
    feed.want(50_000, 50_040);
    await vi.waitFor(() => expect(ids(feed, 50_000, 50_003)).toEqual([50_001, 50_002, 50_003]));
    expect(logs.asked).toEqual([50_000]);
    expect(feed.at(0)).toBeUndefined();
  });

  test("is not asked for where it was scrolled past meanwhile", async () => {
    const { logs, feed } = await started(100_000);
    logs.held = [];
    for (let page = 0; page < 50; page += 1) feed.want(page * 2000, page * 2000 + 40);
    expect(logs.asked.length).toBe(2);
    logs.letGo();
    await vi.waitFor(() => expect(feed.at(98_000)?.id).toBe(98_001));
    expect(logs.asked.length).toBe(3);
  });

  test("is found by its id, read or not", async () => {
    const { feed } = await started(1000);
    expect(await feed.find(700)).toBe(699);
    feed.want(690, 710);
    await vi.waitFor(() => expect(feed.at(699)?.id).toBe(700));
    expect(await feed.find(700)).toBe(699);
  });

  test("that cannot be read is said, and read again", async () => {
    const { logs, feed } = await started(1000);
    logs.broken = true;
    feed.want(0, 10);
    await vi.waitFor(() => expect(feed.error).toBeInstanceOf(Error));
    logs.broken = false;
    await feed.recount();
    expect(feed.error).toBeNull();
    expect(ids(feed, 0, 2)).toEqual([1, 2]);
  });
});

describe("what comes", () => {
  test("is added at the end, and nobody asks for it", async () => {
    const { logs, feed } = await started(10);
    feed.want(0, 20);
    await vi.waitFor(() => expect(feed.at(0)?.id).toBe(1));
    const before = logs.asked.length;
    logs.add(logRow(11), logRow(12));
    await vi.waitFor(() => expect(feed.count).toBe(12));
    expect(ids(feed, 9, 12)).toEqual([10, 11, 12]);
    expect(feed.unseen).toBe(2);
    expect(logs.asked.length).toBe(before);
    feed.see();
    expect(feed.unseen).toBe(0);
  });

  test("in a flood is counted, and what was left out is read where it is seen", async () => {
    const { logs, feed } = await started(10);
    feed.want(8, 20);
    await later();
    const rows = Array.from({ length: 500 }, (_, index) => logRow(11 + index));
    logs.rows.push(...rows);
    logs.tell({ rows: rows.slice(-100), added: 500 });
    await vi.waitFor(() => expect(feed.count).toBe(510));
    expect(feed.at(509)?.id).toBe(510);
    await vi.waitFor(() => expect(ids(feed, 9, 13)).toEqual([10, 11, 12, 13]));
  });

  test("changes rows that are here, also while an older state of them is on its way", async () => {
    const { logs, feed } = await started(10);
    logs.rows[3] = logRow(4, { outcome: "running" });
    logs.held = [];
    feed.want(0, 10);
    const before = logs.rows[3];
    logs.tell({ changed: [logRow(4, { outcome: "error" })] });
    await later();
    await settle();
    logs.rows[3] = before;
    logs.letGo();
    await vi.waitFor(() => expect(feed.at(3)?.outcome).toBe("error"));
  });

  test("may be a row that matches only now, at its place among the others", async () => {
    const { logs, feed } = await started(0);
    logs.add(logRow(10), logRow(20), logRow(40));
    await vi.waitFor(() => expect(feed.count).toBe(3));
    feed.keep("active", 2);
    logs.rows.splice(2, 0, logRow(30));
    logs.tell({ rows: [logRow(30)], added: 1 });
    await vi.waitFor(() => expect(feed.count).toBe(4));
    expect(ids(feed, 0, 4)).toEqual([10, 20, 30, 40]);
    expect(feed.place("active")).toEqual({ index: 3, id: 40 });
  });

  test("is not counted twice where it came while it was counted", async () => {
    const logs = new TestLogs(10);
    const feed = new LogFeed("", logs);
    onTestFinished(() => feed.stop());
    // Written before the count, told after it was asked for.
    logs.rows.push(logRow(11));
    logs.tell({ rows: [logRow(11)], added: 1 });
    feed.start();
    await vi.waitFor(() => expect(feed.isCounted).toBe(true));
    await later();
    expect(feed.count).toBe(11);
    logs.add(logRow(12));
    await vi.waitFor(() => expect(feed.count).toBe(12));
  });

  test("after the line was lost is what is there then", async () => {
    const { logs, feed } = await started(10);
    logs.tell(null);
    await vi.waitFor(() => expect(feed.error).toBeInstanceOf(Error));
    logs.rows.push(logRow(11), logRow(12));
    await vi.waitFor(() => expect(feed.count).toBe(12), { timeout: 5000 });
    expect(feed.error).toBeNull();
  });
});

describe("what goes", () => {
  test("leaves the rows that are held on to where they are, at other places", async () => {
    const { logs, feed } = await started(1000);
    feed.want(500, 540);
    await vi.waitFor(() => expect(feed.at(500)?.id).toBe(501));
    feed.keep("top", 500);
    feed.keep("active", 510);
    logs.rows.splice(0, 300);
    logs.tell({ removed: true });
    await vi.waitFor(() => expect(feed.count).toBe(700), { timeout: 5000 });
    expect(feed.place("top")).toEqual({ index: 200, id: 501 });
    expect(feed.place("active")).toEqual({ index: 210, id: 511 });
    expect(ids(feed, 200, 203)).toEqual([501, 502, 503]);
  });
});

describe("a pause", () => {
  test("keeps everything as it is and tells how much has come", async () => {
    const { logs, feed } = await started(10);
    feed.want(0, 20);
    await vi.waitFor(() => expect(feed.at(0)?.id).toBe(1));
    feed.pause(true);
    logs.add(logRow(11), logRow(12));
    await vi.waitFor(() => expect(feed.unseen).toBe(2));
    expect(feed.count).toBe(10);
    feed.pause(false);
    await vi.waitFor(() => expect(feed.count).toBe(12));
    expect(ids(feed, 9, 12)).toEqual([10, 11, 12]);
  });
});

describe("whoever goes on while it is counted", () => {
  test("sees what came during the pause", async () => {
    const { logs, feed } = await started(10);
    feed.pause(true);
    logs.add(logRow(11), logRow(12));
    await vi.waitFor(() => expect(feed.unseen).toBe(2));
    logs.heldCounts = [];
    const counted = feed.recount();
    feed.pause(false);
    logs.letGo();
    await counted;
    expect(feed.count).toBe(12);
    feed.want(0, 20);
    await vi.waitFor(() => expect(ids(feed, 9, 12)).toEqual([10, 11, 12]));
  });
});

test("pages are as long as rows are asked for", () => {
  expect(PAGE_ROWS).toBeLessThanOrEqual(500);
});
