import {
  type ConflictStrategy,
  GatewayError,
  type ImportAction,
  type TransferKind,
  transferKind,
} from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { type AnyEntity, keyOf } from "../entity.ts";
import {
  profile,
  prompt,
  resource,
  root,
  server,
  tool,
  uidOf,
} from "../export/configuration.fixture.ts";
import { allOf } from "../export/select.ts";
import { MemoryStore } from "./memory-store.fixture.ts";
import { fileOf, INSTANT, planOf } from "./plan.fixture.ts";

const STRATEGIES: readonly ConflictStrategy[] = ["update", "skip", "rename", "fail"];

type Make = (number: number, name: string, more?: object) => AnyEntity;

const MAKERS: Record<TransferKind, Make> = {
  root: (number, name, more) => root(number, `file:///${name}`, more),
  server,
  tool,
  resource: (number, name, more) => resource(number, `notes://${name}`, more),
  profile,
  prompt,
};

/** What becomes of something that is there, by strategy, where it differs and where it does not. */
const DIFFERENT: Record<ConflictStrategy, ImportAction> = {
  update: "update",
  skip: "skip",
  rename: "rename",
  fail: "conflict",
};
const SAME: Record<ConflictStrategy, ImportAction> = { ...DIFFERENT, update: "unchanged" };

const CASES = transferKind.options.flatMap((kind) =>
  STRATEGIES.map((strategy) => ({ kind, strategy, make: MAKERS[kind] })),
);

/** A root cannot have another name. */
const actionOf = (kind: TransferKind, action: ImportAction): ImportAction =>
  kind === "root" && action === "rename" ? "skip" : action;

describe.each(CASES)("of a $kind, with $strategy,", ({ kind, strategy, make }) => {
  const different = { tags: ["other"] };

  it("what is new is created, and keeps its uid", async () => {
    const store = new MemoryStore([make(1, "a")]);
    const { plan, steps } = await planOf(fileOf([make(2, "b")]), store, { strategy });
    expect(plan.rows[0]).toMatchObject({ action: "create", exists: false, newName: null });
    expect(plan).toMatchObject({ counts: { total: 1, created: 1 }, applicable: true });
    store.apply(steps);
    expect(allOf(store.read())).toEqual([make(1, "a"), make(2, "b")]);
  });

  it.each([
    { is: "the same", uid: 1, more: {}, expected: SAME },
    { is: "different", uid: 1, more: different, expected: DIFFERENT },
    { is: "of another uid", uid: 7, more: different, expected: DIFFERENT },
  ])("one that is there and $is", async ({ uid, more, expected }) => {
    const store = new MemoryStore([make(1, "a")]);
    const action = actionOf(kind, expected[strategy]);
    const { plan, steps } = await planOf(fileOf([make(uid, "a", more)]), store, { strategy });
    expect(plan.rows[0]).toMatchObject({ action, exists: true });
    expect(plan.applicable).toBe(action !== "conflict");
    store.apply(steps);
    const stored = allOf(store.read());
    expect(stored[0]).toEqual(make(1, "a", action === "update" ? more : {}));
    expect(stored.map(keyOf)).toEqual([
      keyOf(make(1, "a")),
      ...(action === "rename" ? [plan.rows[0]?.newName] : []),
    ]);
  });

  it("the second of one name is refused, and so is the second of one uid", async () => {
    const file = fileOf([make(1, "a"), make(2, "a"), make(1, "c")]);
    const { plan, steps } = await planOf(file, new MemoryStore([]), { strategy });
    expect(plan.rows.map(({ action }) => action)).toEqual(["create", "failed", "failed"]);
    const message = expect.stringContaining(`/entities/${kind}s/0`);
    expect(plan.rows.slice(1).flatMap(({ problems }) => problems)).toEqual([
      { pointer: `/entities/${kind}s/1`, message },
      { pointer: `/entities/${kind}s/2`, message },
    ]);
    expect(plan).toMatchObject({ counts: { total: 3, created: 1, failed: 2 }, applicable: false });
    expect(steps).toHaveLength(1);
  });

  it("one of the same uid and another name is the same one", async () => {
    const store = new MemoryStore([make(1, "a")]);
    const { plan, steps } = await planOf(fileOf([make(1, "b")]), store, { strategy });
    const action = actionOf(kind, DIFFERENT[strategy]);
    expect(plan.rows[0]).toMatchObject({ action, exists: true });
    store.apply(steps);
    const [first] = allOf(store.read());
    expect(first).toEqual(action === "update" ? make(1, "b") : make(1, "a"));
  });

  it("one that two are meant by is only written where neither is changed", async () => {
    const store = new MemoryStore([make(1, "a"), make(2, "b")]);
    const { plan } = await planOf(fileOf([make(1, "b")]), store, { strategy });
    const action = strategy === "update" ? "failed" : actionOf(kind, DIFFERENT[strategy]);
    expect(plan.rows[0]).toMatchObject({ action, exists: true });
    expect(plan.applicable).toBe(strategy === "skip" || strategy === "rename");
  });

  it("two that mean the same one do not both change it", async () => {
    const store = new MemoryStore([make(1, "a")]);
    const file = fileOf([make(1, "b"), { ...make(3, "a"), uid: null }]);
    const { plan } = await planOf(file, store, { strategy });
    const action = strategy === "update" ? "failed" : actionOf(kind, DIFFERENT[strategy]);
    expect(plan.rows[1]).toMatchObject({ action, exists: true });
  });
});

describe("a copy", () => {
  it.each([
    ["tool", "duplicate_name", "duplicate_name_imported_1640995200"],
    ["tool", "t".repeat(128), `${"t".repeat(108)}_imported_1640995200`],
    ["server", "prod-east", "prod-east-imported-1640995200"],
    ["server", "s".repeat(50), `${"s".repeat(30)}-imported-1640995200`],
    ["server", `${"s".repeat(29)}-${"x".repeat(20)}`, `${"s".repeat(29)}-imported-1640995200`],
    ["profile", "dev", "dev-imported-1640995200"],
    ["prompt", "greet", "greet_imported_1640995200"],
    ["resource", "a", "notes://a_imported_1640995200"],
  ] as const)("of the %s %s is called %s", async (kind, name, newName) => {
    const existing = MAKERS[kind](1, name);
    const file = fileOf([existing]);
    const { plan } = await planOf(file, new MemoryStore([existing]), { strategy: "rename" });
    expect(plan.rows[0]?.newName).toBe(newName);
  });

  it("is told in the words of the seeds", async () => {
    const existing = [tool(1, "duplicate_name"), server(2, "east"), profile(3, "dev")];
    const { plan } = await planOf(fileOf(existing), new MemoryStore(existing), {
      strategy: "rename",
    });
    expect(plan.rows.flatMap(({ warnings }) => warnings)).toEqual([
      "Renamed tool 'duplicate_name' to 'duplicate_name_imported_1640995200'",
      "Renamed gateway 'east' to 'east-imported-1640995200'",
      "Renamed server 'dev' to 'dev-imported-1640995200'",
    ]);
  });

  it("has the next number where its name is taken, here or in the file", async () => {
    const here = [tool(1, "a"), tool(2, `a_imported_${INSTANT}`)];
    const file = fileOf([tool(1, "a"), tool(4, `a_imported_${INSTANT}_2`)]);
    const { plan } = await planOf(file, new MemoryStore(here), { strategy: "rename" });
    expect(plan.rows[0]?.newName).toBe(`a_imported_${INSTANT}_3`);
  });

  it("of many with one beginning has a name of its own", async () => {
    const long = Array.from({ length: 1_000 }, (_, at) =>
      server(at, `${"s".repeat(40)}-${String(at)}`),
    );
    const { plan } = await planOf(fileOf(long), new MemoryStore(long), { strategy: "rename" });
    const names = plan.rows.map(({ newName }) => newName);
    expect(new Set(names).size).toBe(1_000);
    expect(names.at(-1)).toBe(`${"s".repeat(25)}-imported-${INSTANT}-1000`);
  });

  it("has its title marked where people know it by that", async () => {
    const east = server(1, "east", { title: "Production East" });
    const store = new MemoryStore([east]);
    const { steps } = await planOf(fileOf([east]), store, { strategy: "rename" });
    store.apply(steps);
    expect(store.read().server[1]?.fields.title).toBe(`Production East_imported_${INSTANT}`);
  });

  it("leaves the uid to what it is a copy of, so that the file updates that one later", async () => {
    const store = new MemoryStore([{ ...tool(1, "a"), uid: "stored" }]);
    const file = fileOf([tool(1, "a", { tags: ["x"] })]);
    store.apply((await planOf(file, store, { strategy: "rename" })).steps);
    const { plan } = await planOf(file, store);
    expect(plan.rows[0]).toMatchObject({ action: "update" });
    expect(store.read().tool.map(({ uid }) => uid)).not.toContain(uidOf(1));
  });
});

describe("one that is wrong", () => {
  it("says so at its field, where files have it under that name", async () => {
    const build = async (): Promise<never> => {
      throw new GatewayError("validation_failed", { detail: "url: Write the whole URL." });
    };
    const file = fileOf([tool(1, "a")]);
    const { plan } = await planOf(file, new MemoryStore([]), { build });
    expect(plan.rows[0]).toMatchObject({
      action: "failed",
      problems: [{ pointer: "/entities/tools/0/url", message: "Write the whole URL." }],
    });
    const foreign = await planOf({ ...file, format: "client" }, new MemoryStore([]), { build });
    expect(foreign.plan.rows[0]?.problems).toEqual([
      { pointer: "/entities/tools/0", message: "url: Write the whole URL." },
    ]);
  });

  it("is not looked at further where it could not be read", async () => {
    const file = fileOf([tool(1, "a")]);
    const problems = [{ pointer: "/entities/tools/0/url", message: "It is required." }];
    const entities = file.entities.map((one) => ({ ...one, entity: null, problems }));
    const { plan } = await planOf({ ...file, entities }, new MemoryStore([tool(1, "a")]));
    expect(plan.rows).toMatchObject([{ name: "a", action: "failed", exists: false, problems }]);
    expect(plan.counts).toMatchObject({ total: 1, failed: 1 });
  });

  it("keeps the whole from being applied, as does something wrong in the file itself", async () => {
    const file = fileOf([tool(1, "a")]);
    const problems = [{ pointer: "/entities/widgets", message: "There is no such type." }];
    const { plan } = await planOf({ ...file, problems }, new MemoryStore([]));
    expect(plan).toMatchObject({ applicable: false, problems, counts: { created: 1, failed: 0 } });
  });
});

it("one choice decides for its entity alone", async () => {
  const here = [tool(1, "a"), tool(2, "b")];
  const { plan } = await planOf(fileOf(here), new MemoryStore(here), {
    strategy: "skip",
    choices: { "/entities/tools/1": "rename" },
  });
  expect(plan.rows.map(({ action }) => action)).toEqual(["skip", "rename"]);
});
