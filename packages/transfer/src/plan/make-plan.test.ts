import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { AnyEntity } from "../entity.ts";
import { profile, prompt, server, tool } from "../export/configuration.fixture.ts";
import { execute } from "./execute.ts";
import { MemoryStore } from "./memory-store.fixture.ts";
import { type Asked, fileOf, INSTANT, planOf } from "./plan.fixture.ts";

const bearer = (token: string, more: object = {}): AnyEntity =>
  tool(1, "a", { auth: { type: "bearer", token }, ...more });

describe("the digest of a plan", () => {
  const file = fileOf([bearer("in the file")]);
  const store = new MemoryStore([bearer("stored")]);
  const digestOf = async (of = file, on = store, asked: Asked = {}): Promise<string> =>
    (await planOf(of, on, asked)).plan.digest;

  it("is the same for the same", async () => {
    expect(await digestOf()).toBe(await digestOf());
    expect(await digestOf()).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<[string, Promise<string>]>([
    ["a secret of the file", digestOf(fileOf([bearer("other")]))],
    ["a secret that is stored", digestOf(file, new MemoryStore([bearer("other")]))],
    [
      "something else that is stored",
      digestOf(file, new MemoryStore([bearer("stored", { tags: ["x"] })])),
    ],
    ["the strategy", digestOf(file, store, { strategy: "rename" })],
    ["a choice", digestOf(file, store, { choices: { "/entities/tools/0": "update" } })],
    ["the instant", digestOf(file, store, { instant: INSTANT + 1 })],
  ])("is another with another %s", async (_, other) => {
    expect(await other).not.toBe(await digestOf());
  });

  it("tells nobody a secret who does not have the key of the process", async () => {
    expect(await digestOf(file, store, { digestKey: Buffer.alloc(32, 1) })).not.toBe(
      await digestOf(),
    );
  });
});

describe("secrets without a value", () => {
  const withheld: AnyEntity = { ...bearer(""), withheld: ["auth/token"] };

  it("are kept where they are stored, which is nothing new", async () => {
    const { plan, steps } = await planOf(fileOf([withheld]), new MemoryStore([bearer("stored")]));
    expect(plan.rows[0]).toMatchObject({ action: "unchanged", changes: [], warnings: [] });
    expect(plan.secrets.missing).toBe(1);
    expect(steps).toEqual([]);
  });

  it("are shown as kept beside what else changes", async () => {
    const more: AnyEntity = { ...bearer("", { tags: ["x"] }), withheld: ["auth/token"] };
    const store = new MemoryStore([bearer("stored")]);
    const { plan, steps } = await planOf(fileOf([more]), store);
    expect(plan.rows[0]?.changes).toEqual([
      { field: "auth.token", before: null, after: null, secret: "kept" },
      { field: "tags", before: null, after: "x", secret: null },
    ]);
    store.apply(steps);
    expect(store.read().tool[0]?.fields.auth).toEqual({ type: "bearer", token: "stored" });
  });

  it("are asked for where nothing is stored, and a copy gets none of what it is a copy of", async () => {
    const warning = "Secrets that are not in the file, to be given afterwards: auth.token.";
    const created = await planOf(fileOf([withheld]), new MemoryStore([]));
    expect(created.plan.rows[0]?.warnings).toEqual([warning]);
    const store = new MemoryStore([bearer("stored")]);
    const copied = await planOf(fileOf([withheld]), store, { strategy: "rename" });
    expect(copied.plan.rows[0]?.warnings).toContain(warning);
    expect(copied.steps[0]?.draft.entity.withheld).toEqual(["auth/token"]);
  });
});

describe("a plan of many", () => {
  const many = Array.from({ length: 10_000 }, (_, at) => tool(at, `t${at}`));

  it("lets others have their turn, and tells how far it is", async () => {
    const end = new AbortController();
    const others = (async () => {
      let turns = 0;
      for (; !end.signal.aborted; turns++) await nextTurn();
      return turns;
    })();
    const progress: number[] = [];
    const { plan } = await planOf(fileOf(many), new MemoryStore(many), {
      onProgress: (processed, total) => {
        expect(total).toBe(10_000);
        progress.push(processed);
      },
    });
    end.abort();
    expect(plan.counts).toMatchObject({ total: 10_000, unchanged: 10_000 });
    expect(progress).toEqual(many.map((_, at) => at + 1));
    expect(await others).toBeGreaterThan(3);
  });

  it("ends between two of them once it is told to", async () => {
    const end = new AbortController();
    const reason = new Error("It was cancelled.");
    let built = 0;
    const store = new MemoryStore([]);
    const plan = planOf(fileOf(many), store, {
      signal: end.signal,
      build: (entity, before, surroundings) => {
        if (++built === 10) end.abort(reason);
        return store.build(entity, before, surroundings);
      },
    });
    await expect(plan).rejects.toBe(reason);
    expect(built).toBe(10);
  });
});

it("everything is written before anything is linked", async () => {
  const calls: string[] = [];
  const store = new MemoryStore([]);
  const file = fileOf([profile(1, "dev"), server(2, "east"), prompt(3, "greet")]);
  const { steps } = await planOf(file, store, {
    build: async (entity, before, surroundings) => ({
      ...(await store.build(entity, before, surroundings)),
      write: () => calls.push(`write ${entity.kind}`),
      link: () => calls.push(`link ${entity.kind}`),
    }),
  });
  expect(calls).toEqual([]);
  execute(steps);
  expect(calls).toEqual([
    ...["server", "profile", "prompt"].map((kind) => `write ${kind}`),
    ...["server", "profile", "prompt"].map((kind) => `link ${kind}`),
  ]);
});

it("what a fault of the program is, is none of the file", async () => {
  const plan = planOf(fileOf([tool(1, "a")]), new MemoryStore([]), {
    build: async () => {
      throw new Error("The disk is gone.");
    },
  });
  await expect(plan).rejects.toThrow("The disk is gone.");
});
