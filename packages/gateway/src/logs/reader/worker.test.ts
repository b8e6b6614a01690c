import { expect, test } from "vitest";
import { NOW, ReaderStage } from "./reader.fixture.ts";
import { createLogReader } from "./worker-client.ts";

const threadOf = (stage: ReaderStage) => {
  const broken: Error[] = [];
  const thread = createLogReader(stage.files, { onBroken: (error) => broken.push(error) });
  return { thread, broken };
};

test("a long search lets others have their turn, and ends when nobody waits for it", async () => {
  using stage = new ReaderStage();
  stage.write(Array.from({ length: 3000 }, () => stage.entry()));
  const { thread, broken } = threadOf(stage);
  try {
    const order: string[] = [];
    const told = async (name: string, work: Promise<unknown>) => {
      await work;
      order.push(name);
    };
    const long = { filter: "contains:nothing", now: NOW };
    await Promise.all([
      told("count", thread.ask("count", long)),
      told("row", thread.ask("row", 1)),
    ]);
    expect(order).toEqual(["row", "count"]);

    const controller = new AbortController();
    const given = thread.ask("count", long, controller.signal);
    controller.abort(new Error("given up"));
    await expect(given).rejects.toThrow("given up");
    expect(await thread.ask("count", { filter: "", now: NOW })).toMatchObject({ matches: 3000 });
    expect(broken).toEqual([]);
  } finally {
    await thread.close();
  }
});

test("everything is answered by the thread, also where there is no file", async () => {
  using stage = new ReaderStage();
  const { thread, broken } = threadOf(stage);
  const filter = { filter: "", now: NOW };
  const written = { first: null, last: null, changed: [] };
  const all = () =>
    Promise.all([
      thread.ask("page", { ...filter, limit: 10 }),
      thread.ask("news", { ...filter, written }),
      thread.ask("detail", 1),
      thread.ask("stats", filter),
      thread.ask("sessions", filter),
      thread.ask("suggest", { key: "client", prefix: "" }),
      thread.ask("findings", { now: NOW, ofCatalog: [] }),
    ]);
  try {
    expect(await all()).toMatchObject([
      { rows: [] },
      { rows: [], last: 0 },
      null,
      { totals: { calls: 0, p50Ms: null }, series: [] },
      [],
      [],
      [],
    ]);
    expect(stage.isThere()).toBe(false);
    stage.add();
    expect(await all()).toMatchObject([
      { rows: [{ id: 1 }] },
      { rows: [], last: 1 },
      { id: 1 },
      { totals: { calls: 1 } },
      [{ session: "session-1" }],
      ["Some client"],
      [],
    ]);
    await thread.ask("release", null);
    expect(await thread.ask("row", 1)).toMatchObject({ id: 1 });
    expect(broken).toEqual([]);
  } finally {
    await thread.close();
  }
});
