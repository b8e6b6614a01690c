import { describe, expect, onTestFinished, test, vi } from "vitest";
import { LogFeed } from "./log-feed.ts";
import { logRow, TestLogs } from "./log-source.fixture.ts";
import { type Bookmark, LogView } from "./log-view.ts";
import { ROW_HEIGHT } from "./log-window.ts";

const HEIGHT = 280;
const END = (count: number): number => count * ROW_HEIGHT - HEIGHT;

async function seen(many: number, bookmark: Bookmark | null = null) {
  const logs = new TestLogs(many);
  const view = new LogView(new LogFeed("", logs), bookmark);
  onTestFinished(view.start());
  view.onScroll(0, HEIGHT);
  await vi.waitFor(() => expect(view.drawn().isCounted).toBe(true));
  await vi.waitFor(() => expect(view.at(view.drawn().first)).toBeDefined());
  return { logs, view };
}

/** As the page does: it scrolls where the view wants it, and says so. */
function scrollAsWanted(view: LogView): number {
  const { scroll } = view.drawn();
  if (scroll) view.onScroll(scroll.top, HEIGHT);
  return scroll?.top ?? -1;
}

describe("following", () => {
  test("begins at the end and stays there", async () => {
    const { logs, view } = await seen(1000);
    expect(scrollAsWanted(view)).toBe(END(1000));
    logs.add(logRow(1001));
    await vi.waitFor(() => expect(view.drawn().count).toBe(1001));
    expect(scrollAsWanted(view)).toBe(END(1001));
    expect(view.drawn()).toMatchObject({ follow: true, unseen: 0 });
  });

  test("ends when somebody scrolls up; then what comes moves nothing and is counted", async () => {
    const { logs, view } = await seen(1000);
    scrollAsWanted(view);
    view.onScroll(END(1000) - 100, HEIGHT);
    expect(view.drawn().follow).toBe(false);
    logs.add(logRow(1001), logRow(1002));
    await vi.waitFor(() => expect(view.drawn().unseen).toBe(2));
    expect(view.drawn().scroll).toBeNull();
    view.follow(true);
    expect(view.drawn()).toMatchObject({ follow: true, unseen: 0, scroll: { top: END(1002) } });
  });

  test("does not end because the window has another height", async () => {
    const { view } = await seen(1000);
    scrollAsWanted(view);
    view.onScroll(END(1000) - 400, HEIGHT + 400);
    expect(view.drawn().follow).toBe(true);
  });
});

describe("a chosen row", () => {
  test("stays in sight when details take a part of the area", async () => {
    const { view } = await seen(1000);
    view.onScroll(END(1000), HEIGHT);
    view.activate(999);
    view.onScroll(END(1000), HEIGHT / 2);
    expect(view.drawn().scroll).toEqual({ top: END(1000) + HEIGHT / 2 });
  });

  test("is shown, ends following, and stays chosen whatever comes or goes", async () => {
    const { logs, view } = await seen(1000);
    scrollAsWanted(view);
    view.activate(990);
    expect(view.drawn()).toMatchObject({ follow: false, active: { index: 990, id: 991 } });
    logs.add(logRow(1001));
    logs.rows.splice(0, 100);
    logs.tell({ removed: true });
    await vi.waitFor(() => expect(view.drawn().count).toBe(901), { timeout: 5000 });
    expect(view.drawn().active).toEqual({ index: 890, id: 991 });
  });

  test("that was not read yet has its id when it is", async () => {
    const { view } = await seen(100_000);
    view.activate(5);
    expect(view.drawn().active).toEqual({ index: 5, id: null });
    await vi.waitFor(() => expect(view.drawn().active).toEqual({ index: 5, id: 6 }));
  });

  test("can have a second one beside it", async () => {
    const { view } = await seen(100);
    view.activate(90);
    view.extend(95);
    expect(view.drawn().other?.index).toBe(95);
    view.activate(91);
    expect(view.drawn().other).toBeNull();
  });
});

describe("rows that go before what is seen", () => {
  test("move the area by as much, so that nothing moves for the eye", async () => {
    const { logs, view } = await seen(1000);
    view.onScroll(END(1000), HEIGHT);
    view.onScroll(14_000 + 5, HEIGHT);
    await vi.waitFor(() => expect(view.at(500)).toBeDefined());
    logs.rows.splice(0, 100);
    logs.tell({ removed: true });
    await vi.waitFor(() => expect(view.drawn().count).toBe(900), { timeout: 5000 });
    expect(view.drawn().scroll).toEqual({ top: 14_005 - 100 * ROW_HEIGHT });
    expect(view.at(400)?.id).toBe(501);
  });
});

describe("coming back", () => {
  test("is to the row that was on top, and the one that was chosen", async () => {
    const first = await seen(1000);
    first.view.onScroll(END(1000), HEIGHT);
    first.view.onScroll(14_005, HEIGHT);
    await vi.waitFor(() => expect(first.view.at(500)).toBeDefined());
    first.view.activate(503, true);
    const { bookmark } = first.view;
    expect(bookmark).toEqual({ follow: false, top: { id: 501, offset: 5 }, active: 504 });

    const { view } = await seen(1000, bookmark);
    await vi.waitFor(() => expect(view.drawn().scroll).toEqual({ top: 14_005 }));
    expect(view.drawn()).toMatchObject({ follow: false, active: { index: 503 } });
  });

  test("to one row alone shows it", async () => {
    const { view } = await seen(1000, { follow: false, top: null, active: 300 });
    await vi.waitFor(() => expect(view.drawn().active).toEqual({ index: 299, id: 300 }));
    expect(view.drawn().first).toBeLessThan(299);
    expect(view.drawn().end).toBeGreaterThan(299);
  });
});

test("a row that does not match is not shown by another one", async () => {
  const { logs, view } = await seen(1000);
  logs.rows.splice(499, 1);
  scrollAsWanted(view);
  expect(await view.activateById(500)).toBe(false);
  expect(view.drawn()).toMatchObject({ follow: true, active: null });
});

test("nobody is told while nothing of what is drawn changes", async () => {
  const { view } = await seen(1000);
  view.onScroll(END(1000), HEIGHT);
  view.onScroll(10_000, HEIGHT);
  let told = 0;
  const leave = view.subscribe(() => {
    told += 1;
  });
  for (let top = 10_000; top < 10_020; top += 1) view.onScroll(top, HEIGHT);
  expect(told).toBe(0);
  leave();
});
