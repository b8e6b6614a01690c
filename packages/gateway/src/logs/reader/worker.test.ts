import { createRedactor } from "@local-mcp/vault";
import { expect, test } from "vitest";
import { bodyOf } from "../writer/log-store.fixture.ts";
import { NOW, ReaderStage } from "./reader.fixture.ts";
import { createLogReader } from "./worker-client.ts";

const threadOf = (stage: ReaderStage) => {
  const broken: Error[] = [];
  const redactor = createRedactor();
  const onBroken = (error: Error) => broken.push(error);
  const thread = createLogReader({ files: stage.files, redactor, onBroken });
  return { thread, broken, redactor };
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
  const written = { first: null, last: null, changed: [], marked: [] };
  const all = () =>
    Promise.all([
      thread.ask("page", { ...filter, limit: 10 }),
      thread.ask("news", { ...filter, written }),
      thread.ask("detail", 1),
      thread.ask("stats", filter),
      thread.ask("sessions", filter),
      thread.ask("suggest", { key: "client", prefix: "" }),
      thread.ask("findings", { now: NOW, ofCatalog: [], levels: [], standard: "full" }),
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

test("what became a secret since it was written is in no message that is given away", async () => {
  using stage = new ReaderStage();
  const [early, late] = ["plain-words-and-4711", "other-words-and-0815"];
  const said = `${early} ${late}`;
  const id = stage.add({
    name: said,
    client: { name: said, version: null },
    request: bodyOf(JSON.stringify({ said })),
    ended: stage.end({ key: 1, outcome: "error", error: { code: "x", message: said } }),
  });
  const { thread, broken, redactor } = threadOf(stage);
  const part = { filter: "", now: NOW, address: "", contents: true } as const;
  const given = async (): Promise<string> => {
    const { linked: _, ...detail } = (await thread.ask("detail", id)) ?? { linked: [] };
    const parts = await Promise.all([
      thread.ask("exportPart", { ...part, format: "jsonl" }),
      thread.ask("exportPart", { ...part, format: "har" }),
    ]);
    return JSON.stringify([detail, parts]);
  };
  try {
    redactor.know(early);
    expect(await given()).not.toContain(early);
    expect(await given()).toContain(late);
    redactor.knowForNow(late);
    expect(await given()).not.toContain(late);
    expect(broken).toEqual([]);
  } finally {
    await thread.close();
  }
});
